// Checks a report.html as a reader meets it: `node check.mjs FILE.html --endpoints N [--timed]`.
// Only --timed asks how fast it paints: a machine that runs other tests beside would answer for them.
// One line for each check, then `N passed, N failed`; exit code 1 on any failure. A browser, axe-core or poppler that is
// missing is a failure, never a skip.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { checks } from './checks.mjs';
import { open } from './browser.mjs';

const [file, flag, count, timed] = process.argv.slice(2);
const endpoints = Number(count);
if (!file || flag !== '--endpoints' || !Number.isInteger(endpoints)) {
  console.error('usage: node check.mjs FILE.html --endpoints N [--timed]');
  process.exit(2);
}

const scratch = mkdtempSync(join(tmpdir(), 'page-check-'));
let passed = 0, failed = 0, browser;
try {
  browser = await open(scratch);
  const subject = { path: resolve(file), url: pathToFileURL(resolve(file)).href, endpoints, browser, scratch };
  for (const [name, check] of checks.filter(([name]) => timed === '--timed' || !name.startsWith('9 '))) {
    let problems;
    try {
      problems = await check(subject);
    } catch (error) {
      problems = [`the check itself broke: ${error.message.split('\n')[0]}`];
    }
    if (problems.length) failed++; else passed++;
    console.log(`${problems.length ? 'FAIL' : 'ok  '} ${name}`);
    for (const problem of problems.slice(0, 8)) console.log(`       ${problem}`);
    if (problems.length > 8) console.log(`       and ${problems.length - 8} more`);
  }
} catch (error) {
  failed++;
  console.log(`FAIL the browser did not start: ${error.message.split('\n')[0]}`);
} finally {
  await browser?.close();
  rmSync(scratch, { recursive: true, force: true });
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
