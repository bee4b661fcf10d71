// Crosshair and sorting: comfort only. Everything it shows stands in the page's tables too.
// All text is set by textContent; all numbers come written from the data block.
(() => {
  'use strict';
  const all = what => [...document.querySelectorAll(what)];
  const add = (parent, name, text = '', cls = '') => {
    const e = parent.appendChild(document.createElement(name));
    e.textContent = text;
    e.className = cls;
    return e;
  };
  const clock = s => {
    s = Math.round(s);
    const parts = [Math.floor(s / 60) % 60, s % 60];
    if (s >= 3600) parts.unshift(Math.floor(s / 3600));
    return parts.map((n, i) => i ? String(n).padStart(2, '0') : n).join(':');
  };

  // The crosshair.
  const values = new Map(JSON.parse(document.getElementById('values').textContent).map(v => [v.id, v]));
  const charts = all('svg[data-plot]').map(svg => {
    const [left, right, top, bottom, from, to] = svg.dataset.plot.split(' ').map(Number);
    const { s = [], w, t } = values.get(svg.id) || {};
    const series = s.map(({ n, c, u, v, t: own = t }) => {
      let last;
      v = v.split('|').map(text => last = text || last);
      return { n, c, v: v.map(text => text === '–' ? text : text + u), t: own && own.split(' ').map(Number) };
    });
    const step = w ? w[1] : (to - from) / 100;
    return { svg, left, right, top, bottom, from, to, w, step, series, at: from - step / 2, box: svg.closest('.canvas') };
  });
  const x = (c, at) => c.left + (at - c.from) / (c.to - c.from) * (c.right - c.left);
  const nearest = (t, at) => t.reduce((best, one, i) => Math.abs(one - at) < Math.abs(t[best] - at) ? i : best, 0);
  const clear = () => all('.cross, .tip').forEach(e => e.remove());
  const show = (chart, at, speak) => {
    clear();
    at = Math.min(chart.to, Math.max(chart.from, at));
    for (const c of charts.filter(c => c.svg.dataset.group === chart.svg.dataset.group)) {
      const line = c.svg.appendChild(document.createElementNS(c.svg.namespaceURI, 'path'));
      line.setAttribute('class', 'cross');
      line.setAttribute('d', `M${x(c, at)} ${c.top}V${c.bottom}`);
      c.at = at;
    }
    const tip = add(chart.box, 'div', '', 'tip');
    add(tip, 'b', clock(at));
    const said = [clock(at)];
    for (const { n, c, v, t } of chart.series) {
      const value = v[t ? nearest(t, at) : Math.floor((at - chart.w[0]) / chart.w[1])];
      if (!value) continue;
      const row = add(tip, 'span');
      add(row, 'i', '', c);
      row.append(`${n} ${value}`);
      said.push(`${n} ${value}`);
    }
    const { box, svg } = chart, seen = svg.getBoundingClientRect();
    const px = seen.left - box.getBoundingClientRect().left + x(chart, at) * seen.width / svg.viewBox.baseVal.width;
    tip.style.left = Math.max(0, box.scrollLeft + (px > box.clientWidth / 2 ? px - tip.offsetWidth - 12 : px + 12)) + 'px';
    if (speak) document.getElementById('live').textContent = said.join(', ');
  };
  for (const chart of charts) {
    const { svg, box, left, right, from, to, step } = chart;
    box.addEventListener('pointermove', e => {
      const seen = svg.getBoundingClientRect();
      const along = ((e.clientX - seen.left) * svg.viewBox.baseVal.width / seen.width - left) / (right - left);
      if (along < 0 || along > 1) clear();
      else show(chart, from + along * (to - from));
    });
    box.addEventListener('pointerleave', clear);
    box.addEventListener('blur', clear);
    box.addEventListener('keydown', e => {
      const by = { ArrowRight: 1, ArrowLeft: -1, PageDown: 10, PageUp: -10, Home: -1e9, End: 1e9 }[e.key];
      if (e.key === 'Escape') clear();
      if (!by || e.target !== box) return;
      e.preventDefault();
      show(chart, chart.at + by * step, true);
    });
  }

  // Sorting by a column; what has no number stays at the end, and totals below it.
  for (const th of all('.sortable thead th')) {
    const body = th.closest('table').tBodies[0], total = body.querySelector('.total');
    const button = add(th, 'button', '', 'sort');
    button.ariaLabel = 'Sort by ' + th.firstChild.textContent.trim();
    const key = row => {
      const { textContent, dataset: { v } } = row.cells[th.cellIndex];
      return v === undefined ? textContent.trim() : v && Number(v);
    };
    const compare = (a, b) => typeof a === 'number' ? a - b : a.localeCompare(b);
    button.addEventListener('click', () => {
      const down = th.ariaSort !== 'descending';
      for (const other of th.parentNode.cells) other.ariaSort = null;
      th.ariaSort = down ? 'descending' : 'ascending';
      const rows = [...body.rows].filter(row => !row.matches('.total')).map(row => [key(row), row]);
      rows.sort(([a], [b]) => a === '' || b === '' ? (a === '') - (b === '') : down ? compare(b, a) : compare(a, b));
      rows.forEach(([, row]) => body.insertBefore(row, total));
    });
  }
})();
