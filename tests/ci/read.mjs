// Reads junit.xml of each folder with junit2json and prints what it found as JSON, for tests/it/ci.rs to hold against.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "junit2json";

const found = {};
for (const folder of process.argv.slice(2)) {
  const report = await parse(await readFile(join(folder, "junit.xml"), "utf8"));
  const cases = (report.testsuite ?? []).flatMap((suite) => suite.testcase ?? []);
  const result = (one) => ["failure", "error", "skipped"].find((name) => one[name] !== undefined) ?? "passed";
  found[folder] = {
    tests: report.tests,
    failures: report.failures,
    errors: report.errors,
    cases: cases.map((one) => ({ class: one.classname, name: one.name, result: result(one) })),
  };
}
console.log(JSON.stringify(found));
