// Checks a signoff.html as those who sign meet it: `node signoff.mjs FILE.html [--keep FILE.pdf]`.
// One line for each check, then `N passed, N failed`; exit code 1 on any failure.
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { open } from './browser.mjs';

const [file, flag, keep] = process.argv.slice(2);
if (!file || (flag && (flag !== '--keep' || !keep))) {
  console.error('usage: node signoff.mjs FILE.html [--keep FILE.pdf]');
  process.exit(2);
}

/** Most pages before the appendix, on A4. */
const MOST = 6;
const url = pathToFileURL(resolve(file)).href;
const squeeze = text => text.replace(/\s+/g, ' ').trim();
const bare = text => text.replace(/\s/g, '');
const require = createRequire(import.meta.url);

async function at(browser, options, look) {
  const page = await browser.page(options);
  try {
    await page.goto(url);
    return await look(page);
  } finally {
    await page.context().close();
  }
}

/** The printed pages as text, with what the document holds. */
async function printed(browser, scratch) {
  const pdf = join(scratch, 'signoff.pdf');
  const wanted = await at(browser, {}, async page => {
    await page.pdf({ path: pdf, preferCSSPageSize: true, printBackground: false, tagged: true });
    return page.evaluate(() => ({
      words: [...document.querySelectorAll('.answers .word')].map(e => e.textContent),
      appendix: document.querySelector('.appendix h2').textContent,
      chart: [document.querySelector('figure.plot h3')?.textContent ?? '', document.querySelector('figure.plot svg text')?.textContent ?? ''],
      run: document.querySelector('.meta span:last-child').textContent.replace('run ', ''),
      tables: [...document.querySelectorAll('table')].map(t => ({
        labels: [...t.tHead.rows[0].cells].map(c => c.textContent),
        rows: [...t.tBodies[0].rows].map(r => [...r.cells].map(c => c.textContent).join(' ')),
      })),
    }));
  });
  if (keep) copyFileSync(pdf, keep);
  const info = execFileSync('pdfinfo', [pdf], { encoding: 'utf8' });
  const count = Number(info.match(/^Pages:\s+(\d+)/m)?.[1]);
  const text = n => execFileSync('pdftotext', ['-layout', '-f', `${n}`, '-l', `${n}`, pdf, '-'], { encoding: 'utf8' });
  return { info, wanted, pages: Array.from({ length: count }, (_, n) => squeeze(text(n + 1))) };
}

function print({ info, wanted, pages }) {
  const problems = [];
  const holds = (text, part) => bare(text).includes(bare(part));
  for (const word of wanted.words) if (!holds(pages[0], word)) problems.push(`not on page 1: ${squeeze(word)}`);
  const body = pages.findIndex(text => holds(text, wanted.appendix));
  if (body < 0) problems.push('the appendix is not printed');
  else if (body > MOST) problems.push(`${body} pages before the appendix, at most ${MOST}`);
  if (!/^Tagged:\s+yes/m.test(info)) problems.push('the PDF is not tagged');
  pages.forEach((text, n) => {
    if (!text.includes(`page ${n + 1} of ${pages.length}`)) problems.push(`page ${n + 1} does not say which it is`);
    if (!text.includes(wanted.run)) problems.push(`page ${n + 1} does not say which run it is of`);
  });
  const [heading, label] = wanted.chart;
  if (heading && !pages.some(text => holds(text, heading) && holds(text, label))) problems.push('the chart is cut from its heading');
  // A table that goes on over the page repeats its head.
  for (const { labels, rows } of wanted.tables) {
    for (const [n, text] of pages.entries()) {
      const own = rows.filter(row => row.trim().length > 12 && holds(text, row)).length;
      const lost = labels.filter(label => label.trim() && !holds(text, label));
      if (own > 2 && lost.length > labels.length / 2) problems.push(`page ${n + 1}: a table without its head (${labels.slice(0, 3).join(', ')} …)`);
    }
  }
  return problems;
}

/** On paper nothing can be scrolled: every table and picture is as wide as what it stands in. */
const uncut = browser => at(browser, { width: 688, height: 1000 }, async page => {
  await page.emulateMedia({ media: 'print' });
  return page.evaluate(() => [...document.querySelectorAll('.scroll, .canvas, .answers, .counts')]
    .filter(e => e.scrollWidth > e.clientWidth + 1)
    .map(e => `${e.getAttribute('aria-label') ?? e.className} is ${e.scrollWidth - e.clientWidth} px too wide for paper`));
});

async function accessible(browser) {
  const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
  const problems = [];
  for (const [name, options] of [['light', {}], ['dark', { dark: true }], ['390 px', { width: 390, height: 800 }]]) {
    const found = await at(browser, options, async page => {
      await page.evaluate(axe);
      return page.evaluate(async () => (await window.axe.run(document)).violations.map(v => `${v.id} (${v.impact}): ${v.nodes.length}× ${v.nodes[0].html.slice(0, 110)}`));
    });
    problems.push(...found.map(v => `${name}: ${v}`));
  }
  return problems;
}

async function phone(browser) {
  const problems = [];
  for (const width of [390, 320]) {
    const over = await at(browser, { width, height: 800 }, page =>
      page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth));
    if (over > 0) problems.push(`${over} px too wide at ${width} px`);
  }
  return problems;
}

/** The policy lets nothing in but the page's own style, and that is in force. */
async function closed(browser) {
  const problems = [];
  const page = await browser.page({ policy: true });
  page.on('console', m => { if (m.type() === 'error') problems.push(m.text()); });
  page.on('request', r => { if (r.url() !== url) problems.push(`requests ${r.url()}`); });
  await page.goto(url);
  if (!await page.evaluate(() => getComputedStyle(document.body).marginTop === '0px')) problems.push('the style is not in force');
  if (await page.evaluate(() => document.scripts.length)) problems.push('it holds a script');
  await page.context().close();
  return problems;
}

const scratch = mkdtempSync(join(tmpdir(), 'signoff-check-'));
let failed = 0, passed = 0, browser;
try {
  browser = await open(scratch);
  const checks = [
    ['printed on at most six pages before the appendix, the answer on the first', async () => print(await printed(browser, scratch))],
    ['nothing is cut on paper', () => uncut(browser)],
    ['axe-core finds nothing', () => accessible(browser)],
    ['fits a phone', () => phone(browser)],
    ['asks nothing of anybody', () => closed(browser)],
  ];
  for (const [name, check] of checks) {
    const problems = await check().catch(error => [`the check itself broke: ${error.message.split('\n')[0]}`]);
    if (problems.length) failed++; else passed++;
    console.log(`${problems.length ? 'FAIL' : 'ok  '} ${name}`);
    for (const problem of problems.slice(0, 12)) console.log(`       ${problem}`);
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
