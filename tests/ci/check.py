"""Reads what CI is given with the parsers that CI has, and prints what they found as JSON for the tests to hold against.

    check.py read FOLDER...     junit.xml, metrics.txt, openmetrics.txt, load-performance.json of each folder
    check.py yaml FILE...       each file as a parsed value
"""

import json
import re
import shlex
import sys
from pathlib import Path

import junitparser
import yaml
from lxml import etree
from prometheus_client.openmetrics.parser import text_string_to_metric_families

SCHEMA = etree.XMLSchema(etree.parse(Path(__file__).with_name("junit-10.xsd")))


def junit(path):
    SCHEMA.assertValid(etree.parse(path))
    report = junitparser.JUnitXml.fromfile(str(path))
    cases = []
    for suite in report:
        for case in suite:
            results = [(type(result).__name__.lower(), result.message or "", result.text or "") for result in case.result]
            assert len(results) <= 1, f"{path}: {case.name} ended in several ways"
            kind, message, text = results[0] if results else ("passed", "", case.system_out or "")
            cases.append({"class": case.classname, "name": case.name, "result": kind, "message": message, "text": text})
    counts = {name: getattr(report, name) for name in ("tests", "failures", "errors", "skipped")}
    return {**counts, "cases": cases}


def samples(path):
    text = path.read_bytes().decode()
    return [
        [sample.name, dict(sample.labels), sample.value]
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    ]


def as_gitlab_reads_metrics(path):
    """Comments cut off, the rest split like a shell's line; names must differ."""
    found = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        words = shlex.split(re.sub("#.*$", "", line))
        if len(words) >= 2:
            assert words[0] not in found, f"{path}: {words[0]} twice"
            found[words[0]] = words[1]
    return found


def as_gitlab_reads_load(path):
    metrics = json.loads(path.read_text(encoding="utf-8")).get("metrics", {})
    checks = metrics.get("checks", {})
    passes, fails = checks.get("passes"), checks.get("fails")
    return {
        "rps": metrics.get("http_reqs", {}).get("rate"),
        "p90": metrics.get("http_req_waiting", {}).get("p(90)"),
        "p95": metrics.get("http_req_waiting", {}).get("p(95)"),
        "checks": None if passes is None else passes / (passes + fails),
    }


def read(folder):
    folder = Path(folder)
    return {
        "junit": junit(folder / "junit.xml"),
        "openmetrics": samples(folder / "openmetrics.txt"),
        "metrics": samples(folder / "metrics.txt"),
        "gitlab_metrics": as_gitlab_reads_metrics(folder / "metrics.txt"),
        "gitlab_load": as_gitlab_reads_load(folder / "load-performance.json"),
    }


def parsed(path):
    return yaml.load(Path(path).read_text(encoding="utf-8"), Loader=yaml.BaseLoader)


print(json.dumps({name: {"read": read, "yaml": parsed}[sys.argv[1]](name) for name in sys.argv[2:]}))
