"""Writes samples/made: results with the totals that three teams planned or printed, and whose rows nobody has any more.

The rows are made: a fixed seed, plain distributions, nothing of a real system. `python3 tests/made.py` writes them again, byte for byte.
"""

import gzip
import json
import math
import random
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent / "samples" / "made"
START = 1_795_226_400


def log_normal(chance, median, spread, most):
    return min(median * math.exp(chance.gauss(0, spread)), most)


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".gz":
        # Neither name nor time stand in it, so that the same rows give the same bytes.
        with open(path, "wb") as raw, gzip.GzipFile("", "wb", 9, raw, 0) as packed:
            packed.write(text.encode())
    else:
        path.write_text(text)


def rank(ordered, share):
    return ordered[max(math.ceil(share * len(ordered)) - 1, 0)]


# --- Locust -----------------------------------------------------------------------------------------------------------------------

MIX = [("POST", "/api/v1/chat", 10), ("POST", "/api/v1/food", 4), ("GET", "/api/v1/reminders", 4), ("GET", "/api/v1/gamification", 2)]
MEDIAN = {"/api/v1/chat": 1500, "/api/v1/food": 700, "/api/v1/reminders": 240, "/api/v1/gamification": 120}
LEVELS = [0.5, 0.66, 0.75, 0.8, 0.9, 0.95, 0.98, 0.99, 0.999, 0.9999, 1.0]
NAMES = ["50%", "66%", "75%", "80%", "90%", "95%", "98%", "99%", "99.9%", "99.99%", "100%"]


def requests_of_users(chance, users, each, slower, failing, seconds):
    """(end in s, method, name, latency in ms, failed); a user sends, waits 5 to 15 s, and is done after `each` requests."""
    rows = []
    for _ in range(users):
        hand = [(method, name) for method, name, weight in MIX for _ in range(weight)]
        at = chance.random() * 4
        for sent in range(each):
            if sent % len(hand) == 0:
                chance.shuffle(hand)
            method, name = hand[sent % len(hand)]
            latency = log_normal(chance, MEDIAN[name] * slower, 0.28, 9000)
            at += latency / 1000
            if at > seconds:
                break
            rows.append((at, method, name, latency, chance.random() < failing))
            at += chance.uniform(5, 15)
    return sorted(rows)


def rounded(milliseconds):
    """As Locust rounds: two leading digits."""
    if milliseconds < 100:
        return round(milliseconds)
    return round(milliseconds, -1 if milliseconds < 1000 else -2)


def locust(folder, rows, users, start, seconds):
    def line(method, name, own):
        times = sorted(row[3] for row in own)
        failed = sum(row[4] for row in own)
        quantiles = [str(int(rounded(rank(times, level)))) for level in LEVELS]
        mean, median = sum(times) / len(times), int(rounded(rank(times, 0.5)))
        head = [method, name, len(own), failed, median, f"{mean:.6f}", f"{times[0]:.6f}", f"{times[-1]:.6f}", "250.0"]
        return ",".join(map(str, [*head, f"{len(own) / seconds:.6f}", f"{failed / seconds:.6f}", *quantiles]))

    ends = sorted({(method, name) for _, method, name, _, _ in rows})
    head = "Type,Name,Request Count,Failure Count,Median Response Time,Average Response Time,Min Response Time,Max Response Time,"
    head += "Average Content Size,Requests/s,Failures/s," + ",".join(NAMES)
    lines = [line(method, name, [row for row in rows if row[1:3] == (method, name)]) for method, name in ends]
    write(folder / "locust_stats.csv", "\n".join([head, *lines, line("", "Aggregated", rows)]) + "\n")

    entries = []
    for method, name in ends:
        own = [row for row in rows if row[1:3] == (method, name)]
        counts, per_second, failed = {}, {}, {}
        for at, _, _, latency, fails in own:
            key = str(int(rounded(latency)))
            counts[key] = counts.get(key, 0) + 1
            second = str(start + int(at))
            per_second[second] = per_second.get(second, 0) + 1
            if fails:
                failed[second] = failed.get(second, 0) + 1
        times = [row[3] for row in own]
        entries.append({
            "name": name, "method": method, "last_request_timestamp": start + own[-1][0], "start_time": float(start),
            "num_requests": len(own), "num_none_requests": 0, "num_failures": sum(failed.values()),
            "total_response_time": round(sum(times), 6), "max_response_time": round(max(times), 6),
            "min_response_time": round(min(times), 6), "total_content_length": 250 * len(own),
            "response_times": dict(sorted(counts.items(), key=lambda pair: int(pair[0]))),
            "num_reqs_per_sec": per_second, "num_fail_per_sec": failed,
        })
    # What --json prints ends with the last request; a run that idles at its end is told by its history alone.
    if rows[-1][0] > seconds - 2:
        write(folder / "locust.json", json.dumps(entries, indent=1) + "\n")

    # Without --csv-full-history: a row of everything a second, and percentiles from the start on.
    head = "Timestamp,User Count,Type,Name,Requests/s,Failures/s," + ",".join(NAMES) + ",Total Request Count,Total Failure Count,"
    head += "Total Median Response Time,Total Average Response Time,Total Min Response Time,Total Max Response Time,Total Average Content Size"
    lines, times, failed, at = [head], [], 0, 0
    for second in range(seconds + 1):
        before = len(times)
        while at < len(rows) and rows[at][0] <= second:
            times.append(rows[at][3])
            failed += rows[at][4]
            at += 1
        ordered = sorted(times)
        quantiles = [str(int(rounded(rank(ordered, level)))) if ordered else "N/A" for level in LEVELS]
        figures = [int(rounded(rank(ordered, 0.5))), round(sum(times) / len(times), 3), round(ordered[0], 3), round(ordered[-1], 3)] if ordered else [0, 0.0, 0, 0]
        row = [start + second, users, "", "Aggregated", f"{len(times) - before:.6f}", "0.000000", *quantiles, len(times), failed, *figures, 250.0 if ordered else 0]
        lines.append(",".join(map(str, row)))
    write(folder / "locust_stats_history.csv.gz", "\n".join(lines) + "\n")


def monitor(folder, chance, start, seconds, cpu, peak, probe_errors, growth=0.0):
    head = "timestamp,cpu_percent,memory_mb,memory_percent,disk_read_mb,disk_write_mb,network_sent_mb,network_recv_mb,api_latency_ms,"
    head += "api_status,db_pool_size,db_pool_available,db_pool_active,redis_hit_rate,redis_total_reads"
    lines, hits, reads, sent = [head], 0.0, 0, 0.0
    samples = seconds // 5
    for at in range(samples):
        second = 5 * at
        warm = 0.15 + 0.8 * (1 - math.exp(-second / 180))
        new = chance.randint(36, 44)
        hits, reads, sent = hits + new * warm, reads + new, sent + new * 0.004
        active = min(peak, max(1, round(chance.gauss(peak - 3, 1.2))))
        memory = 410 + growth * second / 3600 + chance.gauss(0, 1.5)
        wrong = at in probe_errors
        row = [f"{start + second + 0.25:.3f}", f"{max(chance.gauss(cpu, 4), 1):.1f}", f"{memory:.1f}", f"{memory / 40.96:.2f}", "0.5",
               f"{sent / 3:.3f}", f"{sent:.3f}", f"{sent / 2:.3f}", f"{chance.gauss(14, 3):.2f}", 503 if wrong else 200, 13, 13 - active,
               active, f"{100 * hits / reads:.2f}", reads]
        lines.append(",".join(map(str, row)))
    write(folder / "monitor.csv", "\n".join(lines) + "\n")


def health_agent():
    chance = random.Random(2)
    folder = ROOT / "health-agent"
    # Users go on until the end; of what they send, the 5,000 of the plan.
    steady = sorted(chance.sample(requests_of_users(chance, 100, 60, 1.0, 0.002, 600), 5_000))
    locust(folder / "steady", steady, 100, START, 600)
    monitor(folder / "steady", chance, START, 600, 41, 10, {37, 81})
    spike = requests_of_users(chance, 200, 50, 1.8, 0.012, 300)
    locust(folder / "spike", spike, 200, START + 1200, 300)
    monitor(folder / "spike", chance, START + 1200, 300, 74, 12, set())
    endurance = requests_of_users(chance, 50, 50, 0.9, 0.001, 3600)
    locust(folder / "endurance", endurance, 50, START + 2400, 3600)
    monitor(folder / "endurance", chance, START + 2400, 3600, 17, 6, set())


# --- k6 ---------------------------------------------------------------------------------------------------------------------------


def trend(chance, n, median, spread, most):
    times = sorted(log_normal(chance, median, spread, most) for _ in range(min(n, 20_000)))
    values = {"avg": sum(times) / len(times), "min": times[0], "med": rank(times, 0.5), "max": times[-1]}
    values |= {f"p({100 * level:g})": rank(times, level) for level in (0.9, 0.95, 0.99)}
    return {"type": "trend", "contains": "time", "values": {name: round(value, 6) for name, value in values.items()} | {"count": n}}


def rate(events, n):
    return {"type": "rate", "contains": "default", "values": {"rate": events / n, "passes": events, "fails": n - events}}


def counter(n, seconds):
    return {"type": "counter", "contains": "default", "values": {"count": n, "rate": n / seconds}}


def gauge(value):
    return {"type": "gauge", "contains": "default", "values": {"value": value, "min": value, "max": value}}


def held(metric, **thresholds):
    return metric | {"thresholds": {expression: {"ok": ok} for expression, ok in thresholds.items()}}


def summary(folder, seconds, metrics):
    document = {"options": {"summaryTrendStats": ["avg", "min", "med", "max", "p(90)", "p(95)", "p(99)", "count"]},
                "state": {"isStdOutTTY": False, "isStdErrTTY": False, "testRunDurationMs": 1000.0 * seconds},
                "metrics": metrics, "root_group": {"name": "", "path": "", "id": "d41d8cd98f00b204e9800998ecf8427e", "groups": [], "checks": []}}
    write(folder / "handleSummary.json", json.dumps(document, indent=1) + "\n")


def http(chance, n, seconds, vus, median, spread, limit, failed=0):
    return {
        "http_reqs": counter(n, seconds), "iterations": counter(n, seconds), "vus": gauge(vus), "vus_max": gauge(vus),
        "http_req_duration": held(trend(chance, n, median, spread, 20 * median), **{f"p(95)<{limit}": True}),
        "http_req_failed": held(rate(failed, n), **{"rate<0.001": failed / n < 0.001}),
        "checks": rate(n - failed, n),
    }


def membership():
    chance = random.Random(3)
    run = ROOT / "membership" / "run_20261121_090000"
    summary(run / "search", 600, http(chance, 10_000, 600, 100, 420, 0.42, 1200))
    sent, lost = 2_500, 9
    summary(run / "rtc", 600, {
        "ws_sessions": counter(50, 600), "ws_msgs_sent": counter(sent, 600), "ws_msgs_received": counter(sent - lost, 600),
        "ws_connecting": trend(chance, 50, 24, 0.3, 400), "vus": gauge(50), "vus_max": gauge(50), "iterations": counter(50, 600),
        "rtc_msg_rtt": held(trend(chance, sent - lost, 60, 0.4, 900), **{"p(95)<250": True}),
        "rtc_dropped": held(rate(lost, sent), **{"rate<0.01": True}),
    })
    summary(run / "webhooks", 300, http(chance, 30_000, 300, 40, 120, 0.4, 500, failed=7))
    summary(run / "page", 900, http(chance, 10_000, 900, 120, 210, 0.4, 1500, failed=2) | {
        "http_reqs{visitor:anonymous}": counter(7_000, 900), "http_reqs{visitor:member}": counter(3_000, 900),
        "visitor_anonymous": held(rate(7_000, 10_000), **{"rate>0.65": True, "rate<0.75": True}),
        "browser_web_vital_lcp": held(trend(chance, 10_000, 1250, 0.3, 6000), **{"p(95)<2500": True}),
    })
    seconds, parts = 300, {"auth": (100, 70), "events": (200, 95), "subscriptions": (50, 80)}
    whole = sum(each for each, _ in parts.values()) * seconds
    metrics = http(chance, whole, seconds, 90, 85, 0.45, 300, failed=21)
    for name, (each, median) in parts.items():
        metrics[f"http_req_duration{{scenario:{name}}}"] = held(trend(chance, each * seconds, median, 0.45, 2000), **{"p(95)<300": True})
        metrics[f"http_reqs{{scenario:{name}}}"] = held(counter(each * seconds, seconds), **{f"rate>={each * 0.99:g}": True})
    summary(run / "api", seconds, metrics)
    # 500 answers in ten minutes, half of them in the first two; 300 places, so that the rest is refused, which is right.
    metric = "metric_name,timestamp,metric_value,check,error,error_code,expected_response,group,method,name,proto,scenario,service,status,"
    lines, began = [metric + "subproto,tls_version,url,extra_tags,metadata"], START + 7200
    ends = sorted([chance.uniform(0.5, 119.5) for _ in range(250)] + [chance.uniform(120.5, 599.5) for _ in range(250)])
    ends[0], ends[-1] = 0.2, 599.9
    for at, end in enumerate(ends):
        status = 201 if at < 300 else 409
        row = ["true", "", "POST", "/api/events/{id}/rsvp", "HTTP/1.1", "rsvp", "", str(status), "", "", "/api/events/{id}/rsvp", "", ""]
        latency = log_normal(chance, 260 if end < 120 else 180, 0.4, 3000)
        for name, value in (("http_reqs", 1.0), ("http_req_duration", latency), ("http_req_failed", 0.0)):
            lines.append(",".join([name, str(began + int(end)), f"{value:.6f}", "", "", "", *row]))
    write(run / "rsvp" / "out.csv.gz", "\n".join(lines) + "\n")


# --- own scripts ------------------------------------------------------------------------------------------------------------------


def socket_rows(chance, users, messages, seconds, start, refused, slower):
    """Connections at once (in the first second), then messages at any time; (at, connection, event, latency, ok)."""
    rows = []
    for user in range(users):
        ok = user >= refused
        rows.append((chance.random(), user, "", "connect", log_normal(chance, 60 * slower, 0.2, 900), ok, "" if ok else "HTTP 503"))
    for number in range(messages):
        user = refused + number % (users - refused)
        at = 1 + (seconds - 1.5) * (number + chance.random()) / messages
        lost = chance.random() < 0.0006
        rows.append((at, user, number // (users - refused), "message", log_normal(chance, 620 * slower, 0.35, 6000), not lost, "timeout" if lost else ""))
    lines = ["timestamp,connection_id,seq,event,latency_ms,success,error,users"]
    for at, user, number, event, latency, ok, error in sorted(rows):
        lines.append(f"{start + at:.3f},{user},{number},{event},{latency:.3f},{str(ok).lower()},{error},{users}")
    return "\n".join(lines) + "\n"


def chat_assistant():
    chance = random.Random(1)
    folder = ROOT / "chat-assistant"
    write(folder / "websocket-10" / "raw.csv", socket_rows(chance, 10, 40, 12, START, 0, 0.4))
    write(folder / "websocket-50" / "raw.csv.gz", socket_rows(chance, 50, 1_600, 300, START + 600, 3, 1.5))
    write(folder / "websocket-100" / "raw.csv.gz", socket_rows(chance, 100, 3_600, 605, START + 1200, 0, 1.0))
    monitor(folder / "websocket-100", chance, START + 1200, 605, 52, 9, set())
    write(folder / "websocket-150" / "raw.csv.gz", socket_rows(chance, 150, 4_000, 605, START + 2400, 6, 2.1))
    write(folder / "websocket-200" / "raw.csv.gz", socket_rows(chance, 200, 3_000, 300, START + 3600, 44, 4.6))
    lines = ["timestamp,worker,operation,query_time_ms,pool_wait_ms,success,error"]
    rows = []
    for number in range(5_000):
        read = number % 5 != 0
        ok = number % 250 != 7
        rows.append((60 * (number + chance.random()) / 5_000, number % 20, "read" if read else "write", log_normal(chance, 18 if read else 46, 0.5, 900),
                     log_normal(chance, 3, 0.6, 80), ok))
    for at, worker, operation, query, wait, ok in sorted(rows):
        lines.append(f"{START + 4800 + at:.3f},{worker},{operation},{query:.3f},{wait:.3f},{str(ok).lower()},{'' if ok else 'database is locked'}")
    write(folder / "database" / "raw.csv.gz", "\n".join(lines) + "\n")


if __name__ == "__main__":
    chat_assistant()
    health_agent()
    membership()
