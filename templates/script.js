// Crosshair and sorting: comfort only. Everything it shows stands in the page's tables too.
// All text is set by textContent; all numbers come written from the data block.
(() => {
  'use strict';
  const block = document.getElementById('values');
  const values = new Map((block ? JSON.parse(block.textContent) : []).map(v => [v.id, v]));
  const live = document.getElementById('live');
  const clock = s => {
    s = Math.max(0, Math.round(s));
    const two = n => String(n).padStart(2, '0');
    const m = Math.floor(s / 60) % 60, h = Math.floor(s / 3600);
    return (h ? h + ':' + two(m) : m) + ':' + two(s % 60);
  };
  const make = (name, parent, text, cls) => {
    const e = document.createElement(name);
    if (text) e.textContent = text;
    if (cls) e.className = cls;
    parent.append(e);
    return e;
  };
  const charts = [...document.querySelectorAll('svg[data-plot]')].map(svg => {
    const [left, right, top, bottom, from, to] = svg.dataset.plot.split(' ').map(Number);
    const data = values.get(svg.id) || { s: [] };
    const series = data.s.map(s => ({ n: s.n, c: s.c, v: s.v.split('|'), t: s.t && s.t.split(' ').map(Number) }));
    const step = data.w ? data.w[1] : (to - from) / 100;
    return { svg, left, right, top, bottom, from, to, w: data.w, step, series, box: svg.closest('.canvas'), at: null };
  });
  const value = (chart, s, at) => {
    let i;
    if (s.t) {
      i = s.t.findIndex(t => t >= at);
      if (i < 0) i = s.t.length - 1;
      if (i > 0 && at - s.t[i - 1] < s.t[i] - at) i--;
    } else i = Math.floor((at - chart.w[0]) / chart.w[1]);
    return s.v[i];
  };
  const clear = () => {
    document.querySelectorAll('.cross, .tip').forEach(e => e.remove());
  };
  const show = (chart, at, speak) => {
    clear();
    at = Math.min(chart.to, Math.max(chart.from, at));
    chart.at = at;
    for (const c of charts) {
      if (c.svg.dataset.group !== chart.svg.dataset.group) continue;
      const x = c.left + (at - c.from) / (c.to - c.from) * (c.right - c.left);
      const line = document.createElementNS(c.svg.namespaceURI, 'line');
      for (const [k, v] of [['class', 'cross'], ['x1', x], ['x2', x], ['y1', c.top], ['y2', c.bottom]]) line.setAttribute(k, v);
      c.svg.append(line);
      c.at = at;
    }
    const tip = make('div', chart.box, '', 'tip');
    make('b', tip, clock(at));
    const said = [];
    for (const s of chart.series) {
      const v = value(chart, s, at);
      if (v === undefined) continue;
      const row = make('span', tip);
      make('i', row, '', s.c);
      row.append(s.n + ' ' + v);
      said.push(s.n + ' ' + v);
    }
    const r = chart.svg.getBoundingClientRect(), b = chart.box.getBoundingClientRect();
    const x = r.left - b.left + chart.box.scrollLeft + (chart.left + (at - chart.from) / (chart.to - chart.from) * (chart.right - chart.left)) * r.width / chart.svg.viewBox.baseVal.width;
    const most = chart.box.scrollLeft + chart.box.clientWidth;
    tip.style.left = Math.max(0, x + tip.offsetWidth + 16 > most ? x - tip.offsetWidth - 12 : x + 12) + 'px';
    tip.style.top = '18px';
    if (speak && live) live.textContent = clock(at) + ': ' + said.join(', ');
  };
  for (const chart of charts) {
    chart.box.addEventListener('pointermove', e => {
      const r = chart.svg.getBoundingClientRect();
      const x = (e.clientX - r.left) * chart.svg.viewBox.baseVal.width / r.width;
      if (x < chart.left || x > chart.right) return clear();
      show(chart, chart.from + (x - chart.left) / (chart.right - chart.left) * (chart.to - chart.from));
    });
    chart.box.addEventListener('pointerleave', clear);
    chart.box.addEventListener('blur', clear);
    chart.box.addEventListener('keydown', e => {
      const far = chart.step * 10, at = chart.at === null ? chart.from - chart.step / 2 : chart.at;
      const to = { ArrowRight: at + chart.step, ArrowLeft: at - chart.step, PageDown: at + far, PageUp: at - far, Home: chart.from, End: chart.to }[e.key];
      if (e.key === 'Escape') clear();
      if (to === undefined || e.target !== chart.box) return;
      e.preventDefault();
      show(chart, to, true);
    });
  }
  for (const th of document.querySelectorAll('table.sortable thead th')) {
    const table = th.closest('table'), body = table.tBodies[0], column = th.cellIndex;
    const button = make('button', th, '', 'sort');
    button.type = 'button';
    button.setAttribute('aria-label', 'Sort by ' + th.firstChild.textContent.trim());
    const key = row => {
      const cell = row.cells[column], v = cell.dataset.v;
      return v === undefined ? cell.textContent.trim() : v === '' ? null : Number(v);
    };
    button.addEventListener('click', () => {
      const down = th.getAttribute('aria-sort') !== 'descending';
      for (const other of th.parentNode.cells) other.removeAttribute('aria-sort');
      th.setAttribute('aria-sort', down ? 'descending' : 'ascending');
      const rows = [...body.rows].filter(r => !r.classList.contains('total'));
      const compare = (a, b) => typeof a === 'number' ? a - b : String(a).localeCompare(String(b));
      rows.map(r => [key(r), r]).sort(([a], [b]) => a === null ? 1 : b === null ? -1 : down ? compare(b, a) : compare(a, b)).forEach(([, r]) => body.insertBefore(r, body.querySelector('.total')));
    });
  }
})();
