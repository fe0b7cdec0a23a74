// Draws the page's charts when they can be seen, at the width they have, and again for paper.
"use strict";
(() => {
  const PAPER = 672; // CSS pixels across A4 inside its margins
  const PAPER_HEIGHT = 140; // the tallest plot there, so that an episode fits a page
  const data = (id) => JSON.parse(document.getElementById(id).textContent);
  const config = data("chart-config");
  const charts = [...document.querySelectorAll("[data-chart]")];
  const drawn = new Map(); // element -> {view, width, told}
  const choices = { market: "", episode: "" };

  const hidden = (el) => {
    const fold = el.closest("details:not([open])");
    return fold !== null;
  };

  const fitted = (spec, width, paper) => {
    const { gutter, margin } = spec.usermeta;
    const plot = Math.max(60, Math.floor(width - gutter - margin));
    spec.params[0].value = plot;
    for (const panel of spec.vconcat) {
      panel.width = plot;
      if (paper && panel.height > PAPER_HEIGHT) panel.height = PAPER_HEIGHT;
    }
    for (const param of spec.params) if (param.name === "market") param.value = choices.market;
    return { spec, plot };
  };

  // Rows travel as arrays, see `packed` in charts.py.
  const unpacked = ({ fields, rows }) =>
    rows.map((row) => Object.fromEntries(fields.map((field, i) => [field, row[i]])));

  const filled = (told) => {
    const { spec, tables } = told;
    spec.datasets = Object.fromEntries(Object.entries(tables).map(([name, table]) => [name, unpacked(table)]));
    if (!told.choices) return;
    const key = Object.hasOwn(told.choices, choices.episode) ? choices.episode : Object.keys(told.choices)[0];
    const { curve, length, ticks } = told.choices[key];
    spec.datasets.curve = unpacked(curve);
    const { x } = spec.vconcat[0].layer[0].encoding;
    x.scale.domain = [0, length];
    x.axis.values = ticks;
  };

  // `vegaEmbed` settles within microtasks: a page about to be printed has its charts in time.
  const draw = async (el, width, paper = false) => {
    const told = data(el.dataset.chart);
    filled(told);
    const { spec, plot } = fitted(told.spec, width, paper);
    const before = drawn.get(el);
    drawn.set(el, { width, told, plot, view: before && before.view });
    const options = { ast: true, actions: false, renderer: "svg", tooltip: false, defaultStyle: false, mode: "vega-lite", config };
    const { view } = await vegaEmbed(el, spec, options);
    drawn.set(el, { width, told, plot, view });
    el.dispatchEvent(new CustomEvent("drawn"));
  };

  let printing = false; // opening folds for paper tells of it later, when all is drawn already
  const drawSeen = (redraw = false) => {
    if (printing) return;
    for (const el of charts) {
      const width = el.clientWidth;
      const old = drawn.get(el);
      if (hidden(el) || !width || (!redraw && old && old.width === width)) continue;
      draw(el, width);
    }
  };

  // ---- reading a chart: pointer, finger and arrow keys move one mark and fill one line of text
  const clock = (t) => `${Math.floor(t / 60)}:${String(Math.floor(t % 60)).padStart(2, "0")}`;
  const percent = (share) => `${(100 * share).toFixed(1)}%`;
  const last = (rows, t) => rows.filter((row) => row[0] <= t).pop();

  const tellSecond = (told, t, into) => {
    const at = document.createElement("b");
    at.textContent = clock(t);
    const parts = [];
    const row = told.curve && told.curve[Math.min(Math.floor(t), told.curve.length - 1)];
    if (row) parts.push(`${percent(row[0])} watching [${percent(row[1])} to ${percent(row[2])}]`);
    const due = told.expected && told.expected[Math.min(Math.floor(t), told.expected.length - 1)];
    if (due !== undefined) parts.push(`expected ${percent(due)}`);
    for (const [name, shares] of told.platforms) {
      parts.push(`\u2068${name}\u2069 ${percent(shares[Math.min(Math.floor(t), shares.length - 1)])}`);
    }
    parts.push(...told.beats.filter((beat) => beat[0] <= t && t < beat[1]).map((beat) => beat[2]));
    into.replaceChildren(at, ` ${parts.join(" · ")}`);
    const line = last(told.lines, t);
    if (!line) return;
    const said = document.createElement("span");
    said.className = "heard";
    said.dir = "auto";
    said.lang = told.lang;
    said.textContent = line[1] ? `${line[1]}: ${line[2]}` : line[2];
    into.append(said);
  };

  const readable = (el) => {
    const into = document.querySelector(`[data-for="${el.dataset.chart}"]`);
    if (!into) return;
    const rule = document.createElement("div");
    rule.className = "rule";
    rule.hidden = true;
    el.parentElement.append(rule);
    let at = null;

    const showTime = (state, t) => {
      at = Math.max(0, Math.min(state.told.length - 0.001, t));
      rule.style.left = `${state.told.spec.usermeta.gutter + (at / state.told.length) * state.plot}px`;
      tellSecond(state.told, at, into);
    };
    const showStep = (state, share) => {
      const episodes = state.told.episodes;
      const i = Math.max(0, Math.min(episodes.length - 1, Math.floor(share * episodes.length)));
      at = (i + 0.5) / episodes.length;
      rule.style.left = `${state.told.spec.usermeta.gutter + at * state.plot}px`;
      const said = state.told.readouts[choices.market] || {};
      into.textContent = said[episodes[i]] || `Episode ${episodes[i]}: too few viewers in this market`;
    };
    const show = (state, share) => {
      rule.hidden = false;
      if (state.told.readouts) showStep(state, share);
      else showTime(state, share * state.told.length);
    };
    const move = (event) => {
      const state = drawn.get(el);
      if (!state) return;
      const x = event.clientX - el.getBoundingClientRect().left - state.told.spec.usermeta.gutter;
      show(state, x / state.plot);
    };
    const step = (event) => {
      const state = drawn.get(el);
      const way = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!state || !way) return;
      event.preventDefault();
      const whole = state.told.readouts ? state.told.episodes.length : state.told.length;
      const now = state.told.readouts ? at : at === null ? null : at / state.told.length;
      show(state, now === null ? 0 : now + way / whole);
    };
    el.addEventListener("pointermove", move);
    el.addEventListener("pointerdown", move);
    el.addEventListener("keydown", step);
    el.addEventListener("drawn", () => { rule.hidden = true; at = null; });
  };

  // ---- switches
  for (const group of document.querySelectorAll("[data-switch]")) {
    const el = document.querySelector(`[data-chart="${group.dataset.switch}"]`);
    group.addEventListener("change", (event) => {
      choices.market = event.target.value;
      const state = drawn.get(el);
      if (state && state.view) state.view.signal("market", choices.market).runAsync();
    });
  }
  for (const pick of document.querySelectorAll("[data-multiples]")) {
    pick.addEventListener("change", () => {
      choices.episode = pick.value;
      for (const el of charts) {
        const told = data(el.dataset.chart);
        if (!told.choices) continue;
        const n = document.querySelector(`[data-n="${el.dataset.chart}"]`);
        const picked = told.choices[choices.episode];
        n.textContent = picked ? picked.n : "too few viewers here";
        if (picked) draw(el, el.clientWidth);
      }
    });
  }

  // ---- opening, resizing, printing
  const openTarget = () => {
    const target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    const fold = target && target.closest("details");
    if (fold && !fold.open) {
      fold.open = true;
      fold.scrollIntoView();
    }
  };
  let waiting = 0;
  window.addEventListener("resize", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => drawSeen(), 150);
  });
  window.addEventListener("hashchange", openTarget);
  document.addEventListener("toggle", (event) => { if (event.target.open) drawSeen(); }, true);
  window.addEventListener("beforeprint", () => {
    printing = true;
    for (const fold of document.querySelectorAll("details.episode:not([open])")) {
      fold.open = true;
      fold.dataset.forPaper = "";
    }
    for (const el of charts) draw(el, el.closest(".multiples") ? PAPER / 2 - 16 : PAPER, true);
  });
  window.addEventListener("afterprint", () => {
    printing = false;
    for (const fold of document.querySelectorAll("[data-for-paper]")) {
      fold.open = false;
      delete fold.dataset.forPaper;
    }
    drawSeen(true);
  });

  for (const el of charts) readable(el);
  openTarget();
  drawSeen();
})();
