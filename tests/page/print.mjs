// The printed report, read back with poppler.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

/** Most pages on A4, by number of endpoints. */
const mostPages = endpoints => (endpoints <= 12 ? 5 : endpoints <= 200 ? 10 : 14);
const squeeze = text => text.replace(/\s+/g, ' ').trim();

export async function print(subject) {
  const pdf = join(subject.scratch, 'report.pdf');
  const page = await subject.browser.page();
  await page.goto(subject.url);
  await page.pdf({ path: pdf, preferCSSPageSize: true, printBackground: false, tagged: true });
  const wanted = await page.evaluate(() => ({
    word: document.querySelector('.verdict .word')?.textContent ?? '',
    figures: [...document.querySelectorAll('.figures .big')].map(e => e.textContent),
    charts: [...document.querySelectorAll('figure.plot')].filter(f => f.querySelector('svg')).map(f => [
      f.querySelector('h2, h3, h4')?.textContent ?? '', f.querySelector('svg .t text')?.textContent ?? '']),
    heads: [...document.querySelectorAll('table')].filter(t => t.tHead && !t.closest('details')).map(t => ({
      labels: [...t.tHead.rows[0].cells].map(c => c.firstChild?.textContent ?? ''),
      // The whole row: a name alone also stands in sentences.
      rows: [...t.tBodies[0].rows].map(r => [...r.cells].map(c => c.textContent).join(' ')),
    })),
    tests: document.querySelectorAll('section.test').length,
  }));
  await page.context().close();

  const info = execFileSync('pdfinfo', [pdf], { encoding: 'utf8' });
  const count = Number(info.match(/^Pages:\s+(\d+)/m)?.[1]);
  const read = order => Array.from({ length: count }, (_, n) =>
    squeeze(execFileSync('pdftotext', [...order, '-f', String(n + 1), '-l', String(n + 1), pdf, '-'], { encoding: 'utf8' })));
  const pages = read(['-layout']);

  const problems = [];
  // Each further test brings tables, charts and evidence of its own: four pages more.
  const most = mostPages(subject.endpoints) + 4 * Math.max(0, wanted.tests - 1);
  if (count > most) problems.push(`${count} pages, at most ${most}`);
  if (!/^Tagged:\s+yes/m.test(info)) problems.push('the PDF is not tagged');
  const first = pages[0].replace(/\s/g, '');
  for (const text of [wanted.word, ...wanted.figures]) {
    if (!first.includes(text.replace(/\s/g, ''))) problems.push(`not on page 1: ${squeeze(text)}`);
  }
  pages.forEach((text, n) => {
    if (!text.includes(`page ${n + 1} of ${count}`)) problems.push(`page ${n + 1} does not say "page ${n + 1} of ${count}"`);
  });
  const blocks = read([]);
  for (const [heading, label] of wanted.charts) {
    // Page one may say the same sentence, so any page that holds the heading may be its home.
    const holds = (text, part) => text.replace(/\s/g, '').includes(part.replace(/\s/g, ''));
    // Two pictures beside each other mix their headings' lines; block by block they are whole.
    const homes = blocks.filter(text => holds(text, heading));
    if (!homes.length) problems.push(`no heading in print: ${heading}`);
    else if (label && !homes.some(text => holds(text, label))) problems.push(`heading and chart on different pages: ${heading}`);
  }
  // A table that goes on over the page must repeat its head: a page that holds rows after a break holds the labels too.
  for (const { labels, rows } of wanted.heads) {
    const holds = (text, part) => text.replace(/\s/g, '').includes(part.replace(/\s/g, ''));
    const own = pages.flatMap((text, n) => (rows.filter(r => r.trim().length > 6 && holds(text, r)).length > 2 ? [n] : []));
    for (const n of own) {
      const lost = labels.filter(label => label.trim() && !holds(pages[n], label));
      if (lost.length > labels.length / 2) problems.push(`page ${n + 1}: a table without its head (${labels.slice(0, 3).join(', ')} …)`);
    }
  }
  return problems;
}
