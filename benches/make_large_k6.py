#!/usr/bin/env python3
"""Writes a large k6 NDJSON file of realistic content, its CSV twin and the true figures.

    make_large_k6.py SOURCE OUT_DIR [--gb 1.0] [--csv]

The lines of a real run (`k6 run --out json=SOURCE`, gzipped or not) are repeated, each copy 45 s later and with its values scaled by a
known factor, until the size is reached. OUT_DIR/out.json, OUT_DIR/truth.json (counts, exact type-1 and type-7
percentiles of http_req_duration per name, in ms) and, with --csv, OUT_DIR/out.csv with unix_milli time stamps.
Needs only Python's standard library.
"""
import argparse, gzip, json, math, os, re
from datetime import datetime, timezone

POINT = re.compile(rb'^\{"metric":"([^"]+)","type":"Point","data":\{"time":"([^"]+)","value":([^,]+),"tags":(.*)\}\}$')
CSV_TAGS = ["check", "error", "error_code", "expected_response", "group", "method", "name", "proto", "scenario",
            "service", "status", "subproto", "tls_version", "url"]

def parse_time(text):
    """RFC 3339 in UTC with up to nine digits -> (whole seconds since the epoch, nanoseconds)"""
    head, _, frac = text.rstrip("Z").partition(".")
    secs = int(datetime.strptime(head, "%Y-%m-%dT%H:%M:%S").replace(tzinfo=timezone.utc).timestamp())
    return secs, int((frac + "000000000")[:9])

def type1(v, p): return v[max(1, math.ceil(p * len(v) - 1e-9)) - 1]
def type7(v, p):
    h = (len(v) - 1) * p; lo = math.floor(h); hi = min(lo + 1, len(v) - 1)
    return v[lo] + (v[hi] - v[lo]) * (h - lo)

def main():
    a = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    a.add_argument("source"); a.add_argument("out"); a.add_argument("--gb", type=float, default=1.0); a.add_argument("--csv", action="store_true")
    a = a.parse_args(); os.makedirs(a.out, exist_ok=True)
    head, points = [], []
    with (gzip.open if a.source.endswith(".gz") else open)(a.source, "rb") as f:
        for line in f:
            m = POINT.match(line.rstrip(b"\n"))
            if not m: head.append(line); continue
            secs, nano = parse_time(m[2].decode())
            points.append((m[1], secs, nano, float(m[3]), m[4], json.loads(m[4]).get("name", "")))
    limit, written, copies = int(a.gb * 1e9), 0, 0
    durations, lines = {}, len(head)
    csv = open(os.path.join(a.out, "out.csv"), "w") if a.csv else None
    if csv: csv.write("metric_name,timestamp,metric_value," + ",".join(CSV_TAGS) + ",extra_tags,metadata\n")
    with open(os.path.join(a.out, "out.json"), "wb", buffering=1 << 22) as out:
        out.writelines(head)
        while written < limit:
            scale = 1.0 + 0.01 * (copies % 10); shift = 45 * copies; chunk = []; rows = []
            stamps = {}
            for metric, secs, nano, value, tags, name in points:
                t = secs + shift
                stamp = stamps.get(t)
                if stamp is None: stamp = stamps[t] = datetime.fromtimestamp(t, timezone.utc).strftime("%Y-%m-%dT%H:%M:%S").encode()
                if metric.startswith(b"http_req_") and metric != b"http_req_failed" or metric == b"iteration_duration":
                    value = round(value * scale, 6)
                if metric == b"http_req_duration": durations.setdefault(name, []).append(value)
                text = (b"%d" % value) if value == int(value) else repr(value).encode()
                chunk.append(b'{"metric":"%s","type":"Point","data":{"time":"%s.%09dZ","value":%s,"tags":%s}}\n' % (metric, stamp, nano, text, tags))
                if csv:
                    g = json.loads(tags)
                    extra = "&".join(f"{k}={v}" for k, v in g.items() if k not in CSV_TAGS)
                    rows.append(f"{metric.decode()},{t * 1000 + nano // 1000000},{value:.6f}," + ",".join(g.get(k, "") for k in CSV_TAGS) + f",{extra},\n")
            blob = b"".join(chunk); out.write(blob); written += len(blob); lines += len(chunk); copies += 1
            if csv: csv.writelines(rows)
    if csv: csv.close()
    truth = {"copies": copies, "lines": lines, "bytes": os.path.getsize(os.path.join(a.out, "out.json")), "http_req_duration_ms": {}}
    for name, v in sorted(durations.items()):
        v.sort(); n = len(v)
        truth["http_req_duration_ms"][name] = {"n": n, "mean": math.fsum(v) / n, "min": v[0], "max": v[-1],
            **{f"p{100 * p:g}": {"type1": type1(v, p), "type7": type7(v, p)} for p in (.5, .9, .95, .99, .999)}}
    json.dump(truth, open(os.path.join(a.out, "truth.json"), "w"), indent=1)
    print(json.dumps({k: truth[k] for k in ("copies", "lines", "bytes")}))

main()
