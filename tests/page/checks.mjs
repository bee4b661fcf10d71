// The checks, each a function from the subject to a list of problems; none means that it holds.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { HtmlValidate } from 'html-validate';
import { print } from './print.mjs';

const require = createRequire(import.meta.url);
const axe = () => readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

async function at(subject, options, look) {
  const page = await subject.browser.page(options);
  try {
    await page.goto(subject.url);
    return await look(page);
  } finally {
    await page.context().close();
  }
}

async function noOutsideRequest(subject) {
  const problems = [];
  const page = await subject.browser.page();
  page.on('request', r => { if (r.url() !== subject.url && !r.url().startsWith('data:')) problems.push(`requests ${r.url()}`); });
  page.on('console', m => { if (m.type() === 'error') problems.push(`console: ${m.text()}`); });
  page.on('pageerror', e => problems.push(`script error: ${e.message}`));
  await page.goto(subject.url);
  await page.waitForTimeout(200);
  await page.context().close();
  const html = readFileSync(subject.path, 'utf8');
  for (const [found] of html.matchAll(/(?:\bsrc=|<link[^>]*\bhref=|@import|\burl\()\s*["']?(?:https?:)?\/\/[^\s"')>]*/gi)) problems.push(`refers to ${found}`);
  const policy = html.match(/<meta http-equiv="Content-Security-Policy" content="([^"]*)"/i)?.[1].replace(/&#(x27|39);/gi, "'") ?? '';
  if (!policy.includes("default-src 'none'")) problems.push("no content security policy with default-src 'none'");
  if (policy.includes('unsafe')) problems.push(`the policy allows something unsafe: ${policy}`);
  return problems;
}

async function policyHolds(subject) {
  // With the policy in force the page's own style and script must still work: their hashes are right.
  const page = await subject.browser.page({ policy: true });
  const refused = [];
  page.on('console', m => { if (/Content Security Policy/.test(m.text())) refused.push(m.text()); });
  await page.goto(subject.url);
  const styled = await page.evaluate(() => getComputedStyle(document.body).marginTop === '0px');
  await page.context().close();
  return styled ? refused : [...refused, 'the style sheet is not in force'];
}

/** What a reader gets without script: verdict, rows, one picture for each chart; and the same as with script. */
async function withoutScript(subject) {
  const facts = () => ({
    verdict: document.querySelector('.verdict')?.textContent.trim().length ?? 0,
    rows: [...document.querySelectorAll('tr')].map(r => [...r.cells].map(c => c.textContent.trim()).join(' | ')),
    figures: document.querySelectorAll('figure.plot').length,
    empty: [...document.querySelectorAll('figure.plot')].filter(f => !f.querySelector('svg, table, .note')).map(f => f.textContent.trim().slice(0, 60)),
    buttons: document.querySelectorAll('button').length,
  });
  const bare = await at(subject, { script: false }, page => page.evaluate(facts));
  const full = await at(subject, {}, page => page.evaluate(facts));
  const problems = [];
  if (!bare.verdict) problems.push('no verdict');
  if (bare.buttons) problems.push(`${bare.buttons} buttons that nothing answers`);
  if (JSON.stringify(bare.rows) !== JSON.stringify(full.rows)) problems.push('tables differ from those with script');
  return problems.concat(bare.empty.map(text => `neither picture nor table: ${text}`));
}

async function accessible(subject) {
  const problems = [];
  const views = [['light', {}], ['dark', { dark: true }], ['390 px', { width: 390, height: 800 }], ['tooltip', {}]];
  for (const [name, options] of views) {
    const found = await at(subject, options, async page => {
      const chart = page.locator('.canvas:has(svg[data-plot])').first();
      if (name === 'tooltip' && await chart.count()) {
        await chart.focus();
        for (let n = 0; n < 5; n++) await page.keyboard.press('Home');
      }
      await page.evaluate(() => document.querySelectorAll('details').forEach(d => { d.open = true; }));
      await page.evaluate(axe());
      return page.evaluate(async () => (await window.axe.run(document)).violations.map(v => `${v.id} (${v.impact}): ${v.nodes.length}× ${v.nodes[0].html.slice(0, 110)}`));
    });
    problems.push(...found.map(v => `${name}: ${v}`));
  }
  return problems;
}

async function valid(subject) {
  const validator = new HtmlValidate({
    extends: ['html-validate:recommended'],
    // Style rules: how it is written, not whether it is right.
    rules: { 'long-title': 'off', 'no-inline-style': 'off', 'no-trailing-whitespace': 'off', 'void-style': 'off', 'doctype-style': 'off',
      'attribute-boolean-style': 'off', 'no-raw-characters': 'off', 'prefer-native-element': 'off', 'no-implicit-button-type': 'off',
      'tel-non-breaking': 'off', 'svg-focusable': 'off', 'wcag/h63': 'error' },
  });
  const report = await validator.validateFile(subject.path);
  const problems = report.results.flatMap(r => r.messages).filter(m => m.severity === 2).map(m => `line ${m.line}: ${m.message} (${m.ruleId})`);
  const found = await at(subject, {}, page => page.evaluate(() => {
    const bad = [];
    const ids = [...document.querySelectorAll('[id]')].map(e => e.id);
    ids.filter((id, n) => ids.indexOf(id) !== n).forEach(id => bad.push(`id ${id} twice`));
    for (const e of document.querySelectorAll('[aria-labelledby], [aria-describedby]')) {
      for (const id of `${e.getAttribute('aria-labelledby') ?? ''} ${e.getAttribute('aria-describedby') ?? ''}`.split(/\s+/).filter(Boolean)) {
        if (!document.getElementById(id)) bad.push(`no element ${id}`);
      }
    }
    for (const a of document.querySelectorAll('a[href^="#"]')) if (!document.getElementById(a.getAttribute('href').slice(1))) bad.push(`link to nowhere: ${a.getAttribute('href')}`);
    let level = 0;
    for (const h of document.querySelectorAll('h1,h2,h3,h4,h5,h6')) {
      const own = Number(h.tagName[1]);
      if (own > level + 1) bad.push(`heading skips from h${level} to h${own}: ${h.textContent.slice(0, 50)}`);
      level = own;
    }
    if (document.querySelectorAll('h1').length !== 1) bad.push('not exactly one h1');
    for (const svg of document.querySelectorAll('svg')) {
      const text = new XMLSerializer().serializeToString(svg);
      if (new DOMParser().parseFromString(text, 'image/svg+xml').querySelector('parsererror')) bad.push(`svg ${svg.id} is no XML`);
    }
    return bad;
  }));
  // The same as written, not as the HTML parser mended it.
  const html = readFileSync(subject.path, 'utf8');
  const pictures = html.match(/<svg[\s\S]*?<\/svg>/g) ?? [];
  const unparsed = await at(subject, {}, page => page.evaluate(all => all.filter(text =>
    new DOMParser().parseFromString(text.replace('<svg', '<svg xmlns="http://www.w3.org/2000/svg"'), 'image/svg+xml').querySelector('parsererror')).map(t => t.slice(0, 80)), pictures));
  return problems.concat(found, unparsed.map(text => `not XML as written: ${text}`));
}

async function phone(subject) {
  const problems = [];
  for (const width of [390, 320]) {
    const [have, need, widest] = await at(subject, { width, height: 800 }, page => page.evaluate(() => {
      const root = document.documentElement;
      const out = [...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > root.clientWidth + 1 && !e.closest('.scroll, .canvas'));
      return [root.clientWidth, root.scrollWidth, out.slice(0, 3).map(e => `${e.tagName.toLowerCase()}.${e.getAttribute('class') ?? ''}`)];
    }));
    if (need > have) problems.push(`${width} px: the page is ${need} px wide (${widest.join(', ')})`);
  }
  return problems;
}

/** Beside names of a usual length the endpoints' table needs no scrolling. */
async function endpointsFit(subject) {
  if (subject.endpoints > 12) return [];
  const size = { width: 1100, height: 900 };
  return at(subject, size, page => page.evaluate(() => [...document.querySelectorAll('section.test')]
    .map(section => section.querySelector('.scroll:has(> table.sortable)'))
    .filter(box => box && box.scrollWidth > box.clientWidth)
    .map(box => `${box.getAttribute('aria-label')}: ${box.scrollWidth} px wide, room for ${box.clientWidth}`)));
}

/** A line of text never ends between a figure and its unit: the blank there is one that does not break. */
async function unitsStay(subject) {
  return at(subject, {}, page => page.evaluate(() => {
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const bad = new Set();
    for (let node = texts.nextNode(); node; node = texts.nextNode()) {
      // What others wrote is shown as they wrote it.
      if (node.parentElement.closest('code, pre, bdi, script, svg')) continue;
      const found = node.data.match(/.{0,30}\d (?:%|µs|ms|s|min|kB|MB|GB|points?)(?![\p{L}\d])/u);
      if (found) bad.add(found[0]);
    }
    return [...bad].map(text => `a figure may part from its unit: ${text}`);
  }));
}

async function fast(subject) {
  const paint = await at(subject, {}, async page => {
    await page.waitForTimeout(150);
    return page.evaluate(() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? Infinity);
  });
  return paint < 1000 ? [] : [`first paint after ${Math.round(paint)} ms`];
}

async function harmless(subject) {
  const problems = [];
  const page = await subject.browser.page();
  page.on('dialog', d => { problems.push(`a dialog opened: ${d.message()}`); d.dismiss(); });
  await page.goto(subject.url);
  await page.waitForTimeout(150);
  problems.push(...await page.evaluate(() => {
    const bad = [];
    if (document.querySelector('img, iframe, object, embed, form, base')) bad.push('an element that no report writes');
    for (const e of document.querySelectorAll('*')) for (const a of e.attributes) if (/^on/i.test(a.name)) bad.push(`${e.tagName} has ${a.name}`);
    for (const a of document.querySelectorAll('a[href]')) if (/^\s*(javascript|data|vbscript):/i.test(a.getAttribute('href'))) bad.push(`link ${a.getAttribute('href').slice(0, 40)}`);
    for (const t of document.querySelectorAll('table')) {
      const widths = new Set([...t.rows].map(r => [...r.cells].reduce((n, c) => n + c.colSpan, 0)));
      if (widths.size > 1) bad.push(`a table's rows have ${[...widths].join(' and ')} cells`);
    }
    return bad;
  }));
  await page.context().close();
  return problems;
}

async function notByColourAlone(subject) {
  return at(subject, {}, page => page.evaluate(() => {
    const bad = [];
    for (const e of document.querySelectorAll('[class*="is-"], .verdict .word')) {
      // A figure's state is said beside it.
      const text = (e.classList.contains('big') ? e.parentElement : e).textContent.trim();
      if (!/[a-z]{3}/i.test(text) && !/\d/.test(text)) bad.push(`a state without a word: ${text}`);
      if (!/[✖✔▲▼?–~=!◼●◆]/u.test(text)) bad.push(`a state without a sign: ${text}`);
    }
    for (const svg of document.querySelectorAll('svg[data-plot]')) {
      const lines = new Set([...svg.querySelectorAll('path.l')].map(p => getComputedStyle(p).strokeWidth + getComputedStyle(p).strokeDasharray));
      const names = svg.querySelectorAll('.n text, .b text').length;
      if (svg.querySelectorAll('path.l').length > lines.size && !names) bad.push(`${svg.id}: lines that only colour tells apart`);
    }
    return [...new Set(bad)];
  }));
}

async function keyboard(subject) {
  return at(subject, {}, async page => {
    const charts = await page.locator('.canvas:has(svg[data-plot])').count();
    if (!charts) return [];
    const reached = new Set();
    const bad = [];
    for (let n = 0; n < 2000 && reached.size < charts; n++) {
      await page.keyboard.press('Tab');
      const here = await page.evaluate(() => {
        const e = document.activeElement, svg = e?.matches?.('.canvas') && e.querySelector('svg[data-plot]');
        return svg ? { id: svg.id, ring: getComputedStyle(e).outlineStyle !== 'none' && parseFloat(getComputedStyle(e).outlineWidth) >= 2 } : null;
      });
      if (!here || reached.has(here.id)) continue;
      reached.add(here.id);
      if (!here.ring) bad.push(`${here.id}: no focus ring`);
      const cross = () => page.evaluate(id => document.querySelector(`#${CSS.escape(id)} .cross`)?.getAttribute('d') ?? null, here.id);
      await page.keyboard.press('ArrowRight');
      const first = await cross();
      const said = await page.locator('#live').textContent();
      await page.keyboard.press('ArrowRight');
      const second = await cross();
      if (first === null || first === second) bad.push(`${here.id}: arrows do not move the crosshair`);
      if (!said?.trim()) bad.push(`${here.id}: nothing is said`);
      await page.keyboard.press('Escape');
      if (await cross() !== null) bad.push(`${here.id}: Escape does not close`);
    }
    if (reached.size < charts) bad.push(`Tab reaches ${reached.size} of ${charts} charts`);
    const sort = page.locator('table.sortable .sort').first();
    if (await sort.count()) {
      await sort.focus();
      await page.keyboard.press('Enter');
      if (!await page.locator('[aria-sort]').count()) bad.push('a sort button does nothing');
    }
    return bad;
  });
}

/** Name and function of every check, with the number it has in the plan of the report. */
export const checks = [
  ['2 no outside request', noOutsideRequest],
  ['2b its own content policy lets it work', policyHolds],
  ['3 complete without script', withoutScript],
  ['4 no axe-core violation: light, dark, phone, tooltip open', accessible],
  ['6 valid HTML, valid SVG, ids and headings in order', valid],
  ['7 no sideways scroll at 390 and 320 px', phone],
  ['7b endpoints fit 1,100 px', endpointsFit],
  ['7c figures keep their units', unitsStay],
  ['8 print: pages, answer on page 1, heads and charts whole', print],
  ['9 first paint within a second', fast],
  ['10 names cannot do anything', harmless],
  ['17 states have a word and a sign', notByColourAlone],
  ['18 keyboard reaches and moves every chart', keyboard],
];
