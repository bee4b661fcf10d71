#!/usr/bin/env python3
"""Times comparisons with a baseline of ten runs and the history of a large store, on made runs.

    history.py PLIMSOLL [-n 5]        e.g.  history.py target/release/plimsoll

Makes rows of 20 endpoints (200 requests/s, 10 min) and of 1,000 endpoints (2,000 requests/s, 2 min), folds them, stores ten runs of
each, and reports on an eleventh with and without `--baseline latest`: the difference is what the comparison costs, loading the
baseline included. Then it fills a store with 5,000 runs of 20 endpoints and times `history`. Prints the size of a stored run too.
"""
import hashlib, json, os, random, statistics, subprocess, sys, tempfile, time

START = 1_795_000_000


def named(endpoint):
    """Two short words of 50 each: what looks like ids, or one place with hundreds of words, is folded to one endpoint."""
    word = lambda at: "bdgklmnprt"[at % 10] + "aeiou"[at // 10] + "sh"
    return f"/{word(endpoint // 50)}/{word(endpoint % 50)}"


def rows(path, endpoints, rate, seconds, start, seed):
    rng = random.Random(seed)
    level = [0.02 + 0.18 * (e * 37 % 101) / 101 for e in range(endpoints)]
    names = [named(e) for e in range(endpoints)]
    weather = rng.gauss(1, 0.01)
    with open(path, "w") as out:
        out.write("timestamp,endpoint,latency_ms,success\n")
        for i in range(rate * seconds):
            e = rng.randrange(endpoints)
            ms = 1000 * level[e] * weather * rng.lognormvariate(0, 0.4)
            out.write(f"{start + i / rate:.3f},{names[e]},{ms:.3f},{'false' if rng.random() < 0.001 else 'true'}\n")


def run(argv, cwd):
    t = time.perf_counter()
    done = subprocess.run(argv, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if done.returncode not in (0, 1, 4): sys.exit(done.stderr.decode())
    return time.perf_counter() - t


def median(argv, cwd, n):
    run(argv, cwd)
    return statistics.median(run(argv, cwd) for _ in range(n))


def compared(plimsoll, work, n, name, endpoints, rate, seconds):
    cwd = os.path.join(work, name); os.mkdir(cwd)
    with open(os.path.join(cwd, "p.toml"), "w") as out:
        out.write('[[criteria]]\nid = "p95"\nmetric = "latency.p95"\nbelow = "10 s"\n[baseline]\ninclude = "conditions"\n')
    for i in range(11):
        rows(os.path.join(cwd, "rows.csv"), endpoints, rate, seconds, START + i * 86400, i)
        os.makedirs(os.path.join(cwd, f"{i:02}", "load"))
        run([plimsoll, "fold", "rows.csv", "-o", f"{i:02}/load/load.part"], cwd)
        if i < 10: run([plimsoll, "report", f"{i:02}", "--config", "p.toml", "--save", "--out", "out", "--format", "json"], cwd)
    base = [plimsoll, "report", "10", "--config", "p.toml", "--out", "out", "--format", "json"]
    alone, against = median(base, cwd, n), median(base + ["--baseline", "latest"], cwd, n)
    report = json.load(open(os.path.join(cwd, "out", "report.json")))
    pairs = report["baseline"]["pairs"]
    print(f"{name}: report {alone * 1000:.0f} ms, with --baseline latest {against * 1000:.0f} ms, comparison {(against - alone) * 1000:.0f} ms"
          f" ({pairs[0]['runs'] if pairs else 0} runs, {len(report['deltas'])} deltas)")
    folder = os.path.join(cwd, ".plimsoll", "runs")
    files = [os.path.join(d, f) for d, _, names in os.walk(folder) for f in names]
    print(f"{name}: a stored run is {max(map(os.path.getsize, files)) / 1000:.0f} kB")
    return max(files)


def history(plimsoll, work, n, stored):
    cwd = os.path.join(work, "history"); folder = os.path.join(cwd, ".plimsoll", "runs", "load"); os.makedirs(folder)
    first_line, second = open(stored).read().split("\n", 1)
    body = json.loads(first_line.split(" ", 3)[3])
    rng = random.Random(7)
    for i in range(5000):
        body["run"]["started_at"] = (START + i * 3600) * 1_000_000_000
        body["run"]["inputs"] = [f"{i:064x}"]
        for one in body["run"]["figures"]["endpoints"] + [body["run"]["figures"]["totals"]]:
            for quantile in one["quantiles"].values(): quantile["us"] *= rng.lognormvariate(0, 0.005)
        text = json.dumps(body, separators=(",", ":"))
        seal = hashlib.sha256(text.encode()).hexdigest()
        with open(os.path.join(folder, f"{i:05}.run"), "w") as out: out.write(f"plimsoll-run 1 sha256:{seal} {text}\n{second}")
    size = os.path.getsize(os.path.join(folder, "00000.run"))
    print(f"history of 5,000 runs ({len(text) / 1000:.0f} kB of {size / 1000:.0f} kB each are read): "
          f"{median([plimsoll, 'history'], cwd, n):.2f} s, all of them shown {median([plimsoll, 'history', '--last', '5000'], cwd, n):.2f} s")


def main():
    if len(sys.argv) < 2: sys.exit(__doc__)
    plimsoll = os.path.abspath(sys.argv[1]); n = int(sys.argv[sys.argv.index("-n") + 1]) if "-n" in sys.argv else 5
    with tempfile.TemporaryDirectory() as work:
        stored = compared(plimsoll, work, n, "20 endpoints", 20, 200, 600)
        compared(plimsoll, work, n, "1,000 endpoints", 1000, 2000, 120)
        history(plimsoll, work, n, stored)


main()
