// Figures with their units.
const digits = (value, count = 4) => {
  if (value === 0) return "0";
  const text = value.toPrecision(count);
  return text.includes("e") ? String(Number(text)) : text;
};
const time = ns => {
  if (ns === null || ns === undefined) return "-";
  const size = Math.abs(ns);
  if (size === 0) return "0 s";
  if (size >= 999950000) return digits(ns / 1e9) + " s";
  if (size >= 999950) return digits(ns / 1e6) + " ms";
  return size >= 999.95 ? digits(ns / 1e3) + " µs" : digits(ns, 3) + " ns";
};
const bytes = count => {
  if (count === 0) return "0 B";
  const size = Math.abs(count);
  for (const [scale, unit] of [[1e12, "TB"], [1e9, "GB"], [1e6, "MB"], [1e3, "kB"]]) if (size >= scale * 0.99995) return digits(count / scale) + " " + unit;
  return (Number.isInteger(count) ? count : digits(count, 3)) + " B";
};
const whole = value => Math.round(value).toString().replace(/\B(?=(\d{3})+(?!\d))/g, "\u202f");
const percent = share => (share * 100).toFixed(share !== 0 && Math.abs(share) < 0.0995 ? 2 : 1) + "\u202f%";
const gigabytes = bytesPerNs => digits(bytesPerNs, 3) + " GB/s";
const macs = count => count >= 1e9 ? digits(count / 1e9) + " GMAC" : count >= 1e6 ? digits(count / 1e6) + " MMAC" : whole(count) + " MAC";
const plural = (count, one, many = one + "s") => whole(count) + " " + (count === 1 ? one : many);
