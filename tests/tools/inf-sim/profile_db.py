#!/usr/bin/env python3
"""Asks profile.db what must hold in every profile, in SQL.

Usage: profile_db.py INF_SIM MAKE_INPUTS
MAKE_INPUTS writes models into a folder. Python's standard library only.
"""
import json
import pathlib
import sqlite3
import subprocess
import sys
import tempfile

CRAFT = """
model: {builtin: craft, height: 64, width: 96, weights: "random:5"}
inputs: {random: 2}
"""
WORDS = """
model: {builtin: parseq, variant: tiny, characters: 9, modes: [nar, ar], weights: demo}
inputs: {words: 2}
"""

VENDOR_TABLES = {"Instruction", "DmaPacketAggregated", "SemaphoreUpdate", "SbufUsage", "PsumUsage", "Summary", "OpcodeSummary", "Warning"}

# Each gives rows that break a rule. :total is Run.total_ticks, :cores how many cores ran.
RULES = {
    "busy and idle ticks of an engine make up the run": """
        SELECT engine, busy_ticks + (SELECT coalesce(sum(ticks), 0) FROM EngineIdle i WHERE i.engine = e.engine) AS ticks FROM Engine e
        WHERE ticks <> :total * :cores""",
    "ticks and nanoseconds agree": """
        SELECT engine FROM Engine WHERE busy <> busy_ticks * 1000.0 / (SELECT tick_mhz FROM Run)
        UNION SELECT name FROM Operator WHERE round(added * (SELECT tick_mhz FROM Run) / 1000.0) <> added_ticks""",
    "programs and host segments fill the run": """
        SELECT sum(ticks) AS s FROM (SELECT ticks FROM Program UNION ALL SELECT ticks FROM Host) HAVING s <> :total""",
    "operators refer to programs, and their parts to operators": """
        SELECT id FROM Operator WHERE program NOT IN (SELECT id FROM Program)
        UNION SELECT operator FROM OperatorNode WHERE operator NOT IN (SELECT id FROM Operator)
        UNION SELECT operator FROM OperatorTime WHERE operator NOT IN (SELECT id FROM Operator)""",
    "an operator is added within its program": """
        SELECT id FROM Program p WHERE (SELECT sum(added_ticks) FROM Operator o WHERE o.program = p.id) > p.ticks""",
    "operators add up to what engines did": """
        SELECT engine FROM Engine e WHERE engine <> 'dma' AND busy_ticks < (SELECT sum(busy_ticks) FROM OperatorTime o WHERE o.engine = e.engine)""",
    "device memory's traffic is the operators'": """
        SELECT hbm_read_bytes FROM Summary WHERE hbm_read_bytes <> (SELECT sum(hbm_read_bytes) FROM Operator)
        UNION SELECT hbm_write_bytes FROM Summary WHERE hbm_write_bytes <> (SELECT sum(hbm_write_bytes) FROM Operator)""",
    "engines and opcodes count the same instructions": """
        SELECT engine FROM Engine e WHERE engine <> 'dma' AND instruction_count <> (SELECT coalesce(sum(count), 0) FROM OpcodeSummary o WHERE o.engine = e.engine)""",
    "total_time is the run": "SELECT total_time FROM Summary, Run WHERE total_time <> total_ticks * 1000.0 / tick_mhz",
}
RECORDED_RULES = {
    "opcodes are counted and summed": """
        SELECT s.engine, s.opcode FROM OpcodeSummary s LEFT JOIN
          (SELECT engine, opcode, count(*) AS n, sum(duration_ticks) AS t FROM Instruction GROUP BY engine, opcode) i USING (engine, opcode)
        WHERE n IS NOT count OR t IS NOT s.duration_ticks""",
    "the critical path has no gap and ends with the run": """
        SELECT id FROM CriticalPath c WHERE start_ticks <> coalesce((SELECT end_ticks FROM CriticalPath b WHERE b.id = c.id - 1), 0) OR end_ticks <= start_ticks
        UNION SELECT max(end_ticks) FROM CriticalPath HAVING max(end_ticks) IS NOT :total""",
    "an operator's path is its stretches, and its causes": """
        SELECT id FROM Operator o WHERE path_ticks <> (SELECT coalesce(sum(duration_ticks), 0) FROM CriticalPath c WHERE c.operator = o.id)
          OR path_ticks <> (SELECT coalesce(sum(ticks), 0) FROM OperatorPath p WHERE p.operator = o.id)""",
    "every part of the path belongs to an operator or to none": """
        SELECT sum(duration_ticks) AS s FROM CriticalPath HAVING s <>
          (SELECT sum(path_ticks) FROM Operator) + (SELECT coalesce(sum(duration_ticks), 0) FROM CriticalPath WHERE operator IS NULL)""",
    "idle time has its instructions": """
        SELECT engine, reason FROM EngineIdle i WHERE reason NOT IN ('finished', 'host', 'no program', 'no transfer')
          AND ticks <> (SELECT coalesce(sum(duration_ticks), 0) FROM Stall s WHERE s.engine = i.engine AND s.reason = i.reason)""",
    "instructions, transfers and updates refer to each other": """
        SELECT id FROM Instruction WHERE operator NOT IN (SELECT id FROM Operator) OR program NOT IN (SELECT id FROM Program)
        UNION SELECT id FROM DmaTransfer WHERE instruction NOT IN (SELECT id FROM Instruction)
        UNION SELECT transfer FROM DmaPacketAggregated WHERE transfer NOT IN (SELECT id FROM DmaTransfer)
        UNION SELECT semaphore FROM SemaphoreUpdate WHERE (instruction IS NULL) = (transfer IS NULL)
        UNION SELECT wait_instruction FROM Instruction WHERE wait_instruction NOT IN (SELECT id FROM Instruction)
        UNION SELECT wait_transfer FROM Instruction WHERE wait_transfer NOT IN (SELECT id FROM DmaTransfer)""",
    "what an instruction waited for came before": """
        SELECT i.id FROM Instruction i JOIN Instruction w ON w.id = i.wait_instruction WHERE w.visible_ticks > i.start_ticks
        UNION SELECT i.id FROM Instruction i JOIN DmaTransfer t ON t.id = i.wait_transfer WHERE t.end_ticks > i.start_ticks""",
    "transfers move the operators' bytes": """
        SELECT id FROM Operator o WHERE hbm_read_bytes <> (SELECT coalesce(sum(hbm_read_bytes), 0) FROM DmaTransfer t WHERE t.operator = o.id)
          OR hbm_write_bytes <> (SELECT coalesce(sum(hbm_write_bytes), 0) FROM DmaTransfer t WHERE t.operator = o.id)
          OR transfers <> (SELECT count(*) FROM DmaTransfer t WHERE t.operator = o.id)
          OR dma_bytes <> (SELECT coalesce(sum(p.bytes), 0) FROM DmaPacketAggregated p JOIN DmaTransfer t ON t.id = p.transfer WHERE t.operator = o.id)""",
    "packets lie within their transfers": """
        SELECT t.id FROM DmaTransfer t JOIN DmaPacketAggregated p ON p.transfer = t.id GROUP BY t.id
        HAVING min(p.start_ticks) <> t.start_ticks OR max(p.end_ticks) <> t.end_ticks""",
    "traffic by queue is all that is read and written": """
        SELECT 1 FROM Summary WHERE input_queue_bytes + weight_queue_bytes + spill_reload_bytes <> hbm_read_bytes
          OR output_queue_bytes + spill_save_bytes <> hbm_write_bytes""",
    "transfers by descriptors are all transfers": """
        SELECT 1 FROM Summary WHERE static_dma_transfer_count + dynamic_dma_transfer_count <> dma_transfer_count
          OR software_dynamic_dma_transfer_count + hardware_dynamic_dma_transfer_count <> dynamic_dma_transfer_count
          OR static_dma_transfer_total_bytes + dynamic_dma_transfer_total_bytes <> dma_transfer_total_bytes""",
    "active time is at least that of the busiest engine": """
        SELECT engine FROM Engine, Summary, Run WHERE busy > total_active_time OR total_active_time > total_time""",
    "memory in use stays below its limit": """
        SELECT u.id FROM Usage u JOIN (SELECT * FROM SbufUsage UNION ALL SELECT * FROM PsumUsage) s ON s.usage = u.id WHERE value > limit_value OR value < 0""",
}


def union_of(intervals):
    covered = total = 0
    for start, end in sorted(intervals):
        total += max(0, end - max(start, covered))
        covered = max(covered, end)
    return total


class Checker:
    def __init__(self, inf_sim):
        self.inf_sim = inf_sim
        self.failures = []

    def check(self, what, holds):
        if not holds:
            self.failures.append(what)

    def run(self, folder, *arguments):
        done = subprocess.run([self.inf_sim, "run", *arguments, "--out", folder / "out", "--json"], capture_output=True, cwd=folder, check=False)
        self.check(f"run {arguments} fails: {done.stderr.decode()}", done.returncode == 0)
        return json.loads(done.stdout) if done.returncode == 0 else {}

    def rules(self, name, file, recorded):
        database = sqlite3.connect(f"file:{file}?mode=ro", uri=True)
        total, = database.execute("SELECT total_ticks FROM Run").fetchone()
        cores, = database.execute("SELECT count(*) FROM (SELECT DISTINCT chip, core FROM Program)").fetchone()
        for rule, query in {**RULES, **(RECORDED_RULES if recorded else {})}.items():
            broken = database.execute(query, {"total": total, "cores": cores}).fetchmany(3)
            self.check(f"{name}: {rule}: {broken}", not broken)
        self.metrics(name, database, recorded)
        if recorded:
            self.unions(name, database)
        tables = {t for t, in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        self.check(f"{name}: tables {VENDOR_TABLES - tables} are missing", VENDOR_TABLES <= tables)
        self.check(f"{name}: instructions are there, or not", (database.execute("SELECT count(*) FROM Instruction").fetchone()[0] > 0) == recorded)
        self.check(f"{name}: the file is sound", database.execute("PRAGMA integrity_check").fetchone() == ("ok",))
        return database, total

    def metrics(self, name, database, recorded):
        cursor = database.execute("SELECT * FROM Summary")
        summary = dict(zip([c[0] for c in cursor.description], cursor.fetchone()))
        rows = {n: v for n, v in database.execute("SELECT name, value FROM Metric")}
        self.check(f"{name}: Summary and Metric differ", {n: v for n, v in summary.items() if v is not None} == rows)
        self.check(f"{name}: hardware_flops needs instructions", ("hardware_flops" in rows) == recorded)

    def unions(self, name, database):
        """What engines' instructions and the transfers cover, programs one after the other."""
        for engine, busy in database.execute("SELECT engine, busy_ticks FROM Engine").fetchall():
            table, column = ("DmaTransfer", "1") if engine == "dma" else ("Instruction", "engine")
            found = sum(union_of(database.execute(f"SELECT start_ticks, end_ticks FROM {table} WHERE program = ? AND {column} = ?",
                                                  (program, 1 if engine == "dma" else engine)))
                        for program, in database.execute("SELECT id FROM Program"))
            self.check(f"{name}: {engine} is busy for {busy} ticks, its intervals cover {found}", found == busy)


def main():
    checker = Checker(pathlib.Path(sys.argv[1]).resolve())
    make_inputs = pathlib.Path(sys.argv[2]).resolve()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "craft.yaml").write_text(CRAFT, encoding="utf-8")
        (folder / "words.yaml").write_text(WORDS, encoding="utf-8")
        for chip in ("inf1", "inf2"):
            for level in ("operator", "instruction"):
                file = folder / f"{chip}_{level}.db"
                report = checker.run(folder, "craft.yaml", "--mode", "timing", "--chip", chip, "--profile", file, "--profile-level", level)
                _, total = checker.rules(f"craft on {chip}, {level}", file, level == "instruction")
                checker.check(f"{chip}: the profile's ticks are not the report's", total == report["latency"]["ticks"])
        again = folder / "again.db"
        checker.run(folder, "craft.yaml", "--mode", "timing", "--chip", "inf2", "--profile", again)
        checker.check("two runs give different bytes", again.read_bytes() == (folder / "inf2_instruction.db").read_bytes())
        # Looking at instructions for something else changes nothing.
        checker.run(folder, "craft.yaml", "--mode", "timing", "--chip", "inf2", "--profile", again, "--profile-level", "operator", "--trace", folder / "t.pftrace", "--trace-level", "instruction")
        checker.check("a trace changes the profile", again.read_bytes() == (folder / "inf2_operator.db").read_bytes())

        checker.run(folder, "words.yaml", "--mode", "timing", "--profile", folder / "words.db")
        database, _ = checker.rules("words", folder / "words.db", True)
        checker.check("words: a program for each mode", database.execute("SELECT count(*) FROM Program").fetchone()[0] == 2)

        inputs = folder / "inputs"
        inputs.mkdir()
        subprocess.run([make_inputs, inputs], check=True)
        checker.run(folder, inputs / "embedding.onnx", "--chip", "inf1", "--bind", "batch=1,seq=4", "--host-ops", "allow", "--profile", folder / "host.db")
        database, _ = checker.rules("host", folder / "host.db", True)
        host, = database.execute("SELECT sum(ticks) FROM Host").fetchone()
        idle = {t for t, in database.execute("SELECT ticks FROM EngineIdle WHERE reason = 'host'")}
        checker.check(f"host: engines wait for {host} ticks, not {idle}", idle == {host})
    for failure in checker.failures:
        print(failure)
    print("all rules hold" if not checker.failures else f"{len(checker.failures)} rules are broken")
    return 1 if checker.failures else 0


if __name__ == "__main__":
    sys.exit(main())
