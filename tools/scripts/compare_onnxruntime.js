// The measuring half of compare_onnxruntime.sh, which says what is measured and checks the arguments.
//   node compare_onnxruntime.js MODULES INF_SIM SCRATCH HEIGHTxWIDTH THREADS ROUNDS TIME_PYTORCH
// Every measurement is a process of its own, so that no contender inherits another's memory or spinning threads.
'use strict';
const { spawnSync } = require('child_process');
const path = require('path');

// Seconds of one inference after one unmeasured one, in a fresh process.
async function timeOnnxruntime(modules, model, height, width, threads) {
  const ort = require(path.resolve(modules, 'node_modules', 'onnxruntime-node'));
  const session = await ort.InferenceSession.create(model, { intraOpNumThreads: threads, interOpNumThreads: 1 });
  const image = new Float32Array(3 * height * width);
  let state = 12345;  // a linear congruential generator: any spread of values will do
  for (let i = 0; i < image.length; ++i) {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    image[i] = (state / 2 ** 32) * 4 - 2;
  }
  const feeds = { [session.inputNames[0]]: new ort.Tensor('float32', image, [1, 3, height, width]) };
  await session.run(feeds);
  const start = process.hrtime.bigint();
  await session.run(feeds);
  return Number(process.hrtime.bigint() - start) / 1e9;
}

function output(command, args, options = {}) {
  const done = spawnSync(command, args, { encoding: 'utf8', maxBuffer: 1 << 28, ...options });
  if (done.error || done.status !== 0) {
    console.error(`compare_onnxruntime: ${command} failed: ${done.error || done.stderr.trim()}`);
    process.exit(2);
  }
  return done.stdout;
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

function printTable(contenders, seconds, baseline) {
  const base = median(seconds.get(baseline));
  const rows = [['', 'median s', 'least s', 'most s', `of ${baseline}`]];
  for (const name of contenders) {
    const all = seconds.get(name);
    rows.push([name, ...[median(all), Math.min(...all), Math.max(...all)].map((s) => s.toFixed(3)), `${(median(all) / base).toFixed(2)}x`]);
  }
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  for (const row of rows) {
    console.log(row.map((cell, column) => (column ? cell.padStart(widths[column]) : cell.padEnd(widths[column]))).join('  '));
  }
}

function compare([modules, infSim, scratch, size, threadsText, roundsText, timePytorch]) {
  const [height, width] = size.split('x');
  const rounds = Number(roundsText);
  const model = path.join(scratch, 'craft.onnx');
  const environment = { ...process.env, OMP_NUM_THREADS: threadsText };
  const hasTorch = spawnSync('python3', ['-c', 'import torch']).status === 0;

  const measure = new Map([
    ['inf-sim simulate', null],  // both come from the report of one run
    ['inf-sim compile + simulate', null],
    ['onnxruntime fp32', () => Number(output(process.execPath, [__filename, '--time', modules, model, height, width, threadsText]))],
  ]);
  if (hasTorch) {
    measure.set('PyTorch fp32', () => Number(output('python3', [timePytorch, height, width, threadsText], { env: environment })));
  }
  const seconds = new Map([...measure.keys()].map((name) => [name, []]));
  for (let round = 0; round < rounds; ++round) {
    const run = ['run', path.join(scratch, 'craft.yaml'), '--no-reference', '--threads', threadsText, '--json', '--out', path.join(scratch, 'out')];
    const host = JSON.parse(output(infSim, run)).host;
    seconds.get('inf-sim simulate').push(host.simulate_seconds);
    seconds.get('inf-sim compile + simulate').push(host.compile_seconds + host.simulate_seconds);
    for (const [name, time] of measure) {
      if (time) seconds.get(name).push(time());
    }
    if (process.stderr.isTTY) process.stderr.write(`\rround ${round + 1} of ${rounds}`);
  }
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
  console.log(`CRAFT ${size}, ${threadsText} threads, ${rounds} rounds${hasTorch ? '' : '; PyTorch is not installed'}`);
  printTable([...measure.keys()], seconds, 'onnxruntime fp32');
}

const args = process.argv.slice(2);
if (args[0] === '--time') {
  const [modules, model, height, width, threads] = args.slice(1);
  timeOnnxruntime(modules, model, Number(height), Number(width), Number(threads)).then((s) => console.log(s));
} else {
  compare(args);
}
