"use strict";
// The findings, shown, filtered and counted. What is chosen stands in the fragment of the address, so that a choice can be
// sent to somebody: #rule=TBL003&severity=error&q=displayName. Everything is made of text nodes: no text of a page is ever
// taken for HTML.
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const { rules, areas, owners, files, findings } = data;
  const KEYS = ["q", "severity", "fix", "rule", "area", "owner", "file", "same", "finding", "sort"];
  const SEVERITIES = ["error", "warning", "info"];
  const BATCH = 50;
  // On a phone the findings come sooner.
  const LISTED = matchMedia("(max-width: 640px)").matches ? 4 : 8;
  const number = new Intl.NumberFormat("en");
  const byId = (id) => document.getElementById(id);
  const count = (n, word) => `${number.format(n)} ${word}${n === 1 ? "" : "s"}`;

  /** An element with attributes and children; text becomes text nodes. */
  function make(tag, attributes, ...children) {
    const element = document.createElement(tag);
    for (const [key, value] of Object.entries(attributes || {})) {
      if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
      else if (value === true) element.setAttribute(key, "");
      else if (value !== false && value != null) element.setAttribute(key, value);
    }
    element.append(...children.flat(Infinity).filter((child) => child != null));
    return element;
  }

  /** What stands in back-ticks as code. */
  function worded(text) {
    return text.split("`").map((part, at) => (at % 2 ? make("code", {}, part) : part));
  }

  /** Explanations have paragraphs and lists; a line break within one is a blank. */
  function paragraphs(text) {
    const joined = (part) => worded(part.replace(/\s+/g, " "));
    return text.split(/\n\s*\n/).map((part) =>
      part.startsWith("- ")
        ? make("ul", {}, part.slice(2).split(/\n- /).map((line) => make("li", {}, joined(line))))
        : make("p", {}, joined(part)));
  }

  const fileOf = (finding) => files[finding.p[0].f];
  const fixOf = (finding) => (finding.f ? (finding.f.s ? "safe" : "unsafe") : "none");
  const cause = (finding) => `${finding.r}\n${finding.m}`;

  const like = new Map();
  findings.forEach((finding, at) => {
    const rule = rules[finding.r];
    const file = fileOf(finding);
    finding.at = at;
    const labels = finding.p.map((place) => place.t);
    finding.text = [finding.m, finding.y, file.path, rule.code, rule.name, finding.h, ...labels].join("\n").toLowerCase();
    like.set(cause(finding), (like.get(cause(finding)) || 0) + 1);
  });

  // What is chosen.

  let state = {};

  function read() {
    const chosen = new URLSearchParams(location.hash.slice(1));
    state = {};
    for (const key of KEYS) if (chosen.get(key)) state[key] = chosen.get(key);
  }

  function choose(changes) {
    Object.assign(state, changes);
    const chosen = new URLSearchParams();
    for (const key of KEYS) if (state[key]) chosen.set(key, state[key]);
    const fragment = chosen.toString();
    history.replaceState(null, "", fragment ? `#${fragment}` : location.pathname + location.search);
    show();
  }

  const toggled = (key, value) => ({ [key]: state[key] === value ? "" : value });

  /** The tests that the state asks for, by key. */
  function tests() {
    const tests = {};
    const words = (state.q || "").toLowerCase().split(/\s+/).filter(Boolean);
    if (words.length) tests.q = (it) => words.every((word) => it.text.includes(word));
    if (state.severity) tests.severity = (it) => it.s === state.severity;
    if (state.fix) tests.fix = (it) => fixOf(it) === state.fix;
    if (state.rule) {
      const rule = state.rule.toLowerCase();
      tests.rule = (it) => [rules[it.r].code, rules[it.r].name].some((word) => word.toLowerCase() === rule);
    }
    if (state.area) tests.area = (it) => areas[fileOf(it).area].name === state.area;
    if (state.owner) tests.owner = (it) => owners[fileOf(it).owner].name === state.owner;
    if (state.file) tests.file = (it) => fileOf(it).path === state.file;
    if (state.finding) tests.finding = (it) => it.i === state.finding;
    if (state.same) {
      const first = findings.find((it) => it.i === state.same);
      tests.same = (it) => first && cause(it) === cause(first);
    }
    return tests;
  }

  /** The findings that pass all tests but one. */
  function passing(all, without) {
    const list = Object.entries(all).filter(([key]) => key !== without).map(([, test]) => test);
    return findings.filter((it) => list.every((test) => test(it)));
  }

  // The state of all.

  function tally(list) {
    const tally = { error: 0, warning: 0, info: 0 };
    for (const finding of list) tally[finding.s] += 1;
    return tally;
  }

  function overview() {
    const total = tally(findings);
    const safe = findings.filter((it) => fixOf(it) === "safe").length;
    const pages = areas.reduce((sum, area) => sum + area.pages, 0);
    const worst = new Map();
    for (const finding of findings) {
      const file = finding.p[0].f;
      if (!files[file].page) continue;
      const rank = SEVERITIES.indexOf(finding.s);
      worst.set(file, Math.min(rank, worst.get(file) ?? rank));
    }
    const states = [0, 0, 0];
    for (const rank of worst.values()) states[rank] += 1;
    const clean = pages - worst.size;
    const touched = new Set(findings.map((it) => it.p[0].f)).size;
    byId("lead").append(`${count(findings.length, "finding")} in ${count(touched, "file")}; ${count(pages, "page")} read.`);

    const tile = (kind, value, label, changes) =>
      make("button", { type: "button", class: `tile ${kind}`, onclick: () => choose(changes) },
        make("b", {}, value), make("span", {}, label));
    byId("tiles").append(
      tile("error", number.format(total.error), "errors", { severity: "error" }),
      tile("warning", number.format(total.warning), "warnings", { severity: "warning" }),
      tile("info", number.format(total.info), "infos", { severity: "info" }),
      tile("clean", number.format(safe), "safe fixes", { fix: "safe" }),
    );

    const parts = [
      ["clean", clean, "without findings"],
      ["info", states[2], "with infos alone"],
      ["warning", states[1], "with warnings"],
      ["error", states[0], "with errors"],
    ];
    const told = parts.map(([, n, label]) => `${number.format(n)} ${label}`).join(", ");
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    svg.setAttribute("viewBox", `0 0 ${Math.max(pages, 1)} 1`);
    svg.setAttribute("preserveAspectRatio", "none");
    svg.setAttribute("role", "img");
    svg.setAttribute("aria-label", `Of ${count(pages, "page")}: ${told}`);
    let x = 0;
    for (const [kind, n] of parts) {
      const bar = document.createElementNS("http://www.w3.org/2000/svg", "rect");
      for (const [key, value] of Object.entries({ x, y: 0, width: n, height: 1, class: `fill-${kind}` })) bar.setAttribute(key, value);
      svg.append(bar);
      x += n;
    }
    const share = (n) => (pages ? `${Math.round((n / pages) * 1000) / 10} %` : "–");
    const legend = parts.map(([kind, n, label]) =>
      make("li", {}, make("i", { class: `dot fill-${kind}` }), make("b", {}, number.format(n)), ` ${label} (${share(n)})`));
    byId("health").append(make("h2", {}, "Pages"), svg, make("ul", { class: "legend" }, legend));
  }

  // The charts.

  const expanded = new Set();

  function chart(id, title, key, all, groups) {
    const rows = new Map();
    const touched = new Map();
    for (const finding of passing(all, key)) {
      const group = groups.of(finding);
      const row = rows.get(group) || { error: 0, warning: 0, info: 0, sum: 0 };
      row[finding.s] += 1;
      row.sum += 1;
      rows.set(group, row);
      if (!touched.has(group)) touched.set(group, new Set());
      if (fileOf(finding).page) touched.get(group).add(finding.p[0].f);
    }
    const list = [...rows].sort((a, b) => b[1].sum - a[1].sum || (groups.name(a[0]) < groups.name(b[0]) ? -1 : 1));
    const longest = Math.max(...list.map(([, row]) => row.sum), 1);
    const shown = expanded.has(id) ? list : list.slice(0, LISTED);
    const items = shown.map(([group, row]) => {
      const name = groups.name(group);
      const pages = groups.pages && groups.pages(group);
      const detail = pages ? `${count(touched.get(group).size, "page")} of ${number.format(pages)} affected; ` : "";
      const about = SEVERITIES.map((it) => count(row[it], it)).join(", ");
      const bars = SEVERITIES.filter((it) => row[it]).map((it) => {
        const bar = make("i", { class: `fill-${it}` });
        bar.style.width = `${(row[it] / longest) * 100}%`;
        return bar;
      });
      const share = pages ? make("small", {}, ` in ${number.format(touched.get(group).size)} of ${number.format(pages)} pages`) : null;
      return make("li", {},
        make("button", {
          type: "button", class: "row", title: `${groups.title ? groups.title(group) : name}: ${detail}${about}`,
          "aria-pressed": String(state[key] === name), onclick: () => choose(toggled(key, name)),
        },
        make("span", { class: "name" }, groups.shown ? groups.shown(group) : name),
        make("span", { class: "number" }, number.format(row.sum), share),
        make("span", { class: "bar", "aria-hidden": "true" }, bars)));
    });
    const card = byId(id);
    const focus = card.contains(document.activeElement) ? document.activeElement.title : null;
    card.replaceChildren(make("h2", {}, title));
    card.append(items.length ? make("ol", {}, items) : make("p", { class: "empty" }, "Nothing here."));
    if (list.length > LISTED) {
      const label = expanded.has(id) ? "Show fewer" : `Show all ${number.format(list.length)}`;
      card.append(make("button", {
        type: "button", class: "link", "aria-expanded": String(expanded.has(id)),
        onclick: () => {
          if (!expanded.delete(id)) expanded.add(id);
          show();
          byId(id).querySelector(".link").focus();
        },
      }, label));
    }
    // The rows are new; who came here by keyboard stays.
    if (focus != null) [...card.querySelectorAll(".row")].find((it) => it.title === focus)?.focus();
  }

  function charts(all) {
    chart("by-area", "By area", "area", all, {
      of: (it) => fileOf(it).area, name: (at) => areas[at].name, pages: (at) => areas[at].pages,
    });
    chart("by-rule", "By rule", "rule", all, {
      of: (it) => it.r, name: (at) => rules[at].code, title: (at) => `${rules[at].code} ${rules[at].name}`,
      shown: (at) => [make("code", {}, rules[at].code), rules[at].name],
    });
    chart("by-owner", "By owner", "owner", all, {
      of: (it) => fileOf(it).owner, name: (at) => owners[at].name, pages: (at) => owners[at].pages,
    });
  }

  // A finding.

  /** The lines of a cut, the marked part in an element made by `mark`. */
  function source(cut, mark, label) {
    const pieces = [[cut.b, null], [cut.m, mark], [cut.a, null]];
    const rows = [[]];
    for (const [text, wrap] of pieces) {
      text.split("\n").forEach((line, at) => {
        if (at) rows.push([]);
        const clean = line.replace(/\r$/, "");
        if (wrap) rows.at(-1).push(...wrap(clean, at));
        else if (clean) rows.at(-1).push(clean);
      });
    }
    const lines = rows.map((row, at) =>
      make("span", { class: "row-of" }, make("span", { class: "ln", "aria-hidden": "true" }, String(cut.l + at)), row));
    return make("pre", { tabindex: "0", role: "region", "aria-label": label }, make("code", { style: "all: unset" }, lines));
  }

  const marked = (text) => [make("mark", text ? {} : { class: "caret" }, text)];

  function figure(place, at, places) {
    const isNear = at && place.f === places[0].f;
    const where = isNear ? `line ${place.l}` : `${files[place.f].path}:${place.l}:${place.c}`;
    return make("figure", { class: at ? "related" : "primary" },
      make("figcaption", {}, place.t ? make("span", {}, worded(place.t)) : null, make("span", { class: "path" }, where)),
      source(place.x, marked, `Lines of ${where}`));
  }

  function repair(fix) {
    const edits = fix.e.map((edit) => {
      const change = (text, at) => {
        const last = at === edit.x.m.split("\n").length - 1;
        return [text ? make("del", {}, text) : null, last && edit.n ? make("ins", {}, edit.n) : null].filter(Boolean);
      };
      return make("figure", {},
        fix.e.length > 1 ? make("figcaption", {}, make("span", { class: "path" }, files[edit.f].path)) : null,
        source(edit.x, change, "The change"));
    });
    const look = fix.s ? null : make("p", {}, "Look at this change before you take it.");
    return [make("h3", {}, "Fix: ", worded(fix.t)), look, edits];
  }

  function details(finding) {
    const rule = rules[finding.r];
    const file = fileOf(finding);
    const same = like.get(cause(finding));
    const fact = (name, value) => make("div", {}, make("dt", {}, name), make("dd", {}, value));
    const action = (label, changes) => make("button", { type: "button", class: "link", onclick: () => { choose(changes); byId("findings-title").scrollIntoView(); } }, label);
    return make("div", { class: "body" },
      finding.p.map(figure),
      finding.h ? [make("h3", {}, "Help"), make("p", {}, worded(finding.h))] : null,
      finding.f ? repair(finding.f) : null,
      make("h3", {}, `About ${rule.code} ${rule.name}`),
      paragraphs(rule.about),
      make("dl", { class: "facts" },
        fact("Symbol", make("code", {}, finding.y)),
        fact("Area", areas[file.area].name),
        fact("Owner", owners[file.owner].name),
        fact("Fingerprint", make("code", {}, finding.i))),
      make("div", { class: "actions" },
        same > 1 ? action(`All ${number.format(same)} like this`, { same: finding.i, q: "", file: "" }) : null,
        action("This file", { file: file.path }),
        action("This rule", { rule: rule.code }),
        action("This finding alone", { finding: finding.i })));
  }

  function item(finding, isOpen) {
    const place = finding.p[0];
    const rule = rules[finding.r];
    const same = like.get(cause(finding));
    const fix = finding.f ? make("span", { class: "badge fix" }, finding.f.s ? "safe fix" : "fix to look at") : null;
    const element = make("details", {
      ontoggle: () => { if (element.open && element.children.length === 1) element.append(details(finding)); },
    },
    make("summary", {},
      make("span", { class: "message" }, worded(finding.m)),
      make("span", { class: "meta" },
        make("span", { class: `badge ${finding.s}` }, finding.s),
        make("span", { title: rule.name }, rule.code),
        make("span", { class: "where" }, `${files[place.f].path}:${place.l}`),
        fix,
        same > 1 ? make("span", {}, `${number.format(same)} like this`) : null)));
    if (isOpen) {
      element.open = true;
      element.append(details(finding));
    }
    return make("li", { class: `finding ${finding.s}` }, element);
  }

  // The list: a batch at a time, the next when its end is in sight.

  let left = [];

  function more() {
    const batch = left.slice(0, BATCH);
    left = left.slice(BATCH);
    byId("list").append(...batch.map((it) => item(it, false)));
    const button = byId("more");
    button.hidden = !left.length;
    button.textContent = `Show more (${number.format(left.length)} left)`;
  }

  const ORDERS = {
    severity: (a, b) => SEVERITIES.indexOf(a.s) - SEVERITIES.indexOf(b.s) || a.at - b.at,
    rule: (a, b) => a.r - b.r || a.at - b.at,
  };

  function list(all) {
    const chosen = passing(all, null);
    if (ORDERS[state.sort]) chosen.sort(ORDERS[state.sort]);
    const of = chosen.length === findings.length ? "" : ` of ${number.format(findings.length)}`;
    const parts = tally(chosen);
    const told = SEVERITIES.filter((it) => parts[it]).map((it) => count(parts[it], it)).join(", ");
    byId("count").textContent = chosen.length
      ? `${number.format(chosen.length)}${of} shown: ${told}`
      : findings.length ? "No finding matches; take a filter away." : "Nothing was found. All is well.";
    byId("list").replaceChildren();
    document.documentElement.dataset.shown = chosen.length;
    if (chosen.length === 1) {
      left = [];
      byId("list").append(item(chosen[0], true));
      byId("more").hidden = true;
    } else {
      left = chosen;
      more();
    }
  }

  function chips() {
    const told = { rule: "Rule", area: "Area", owner: "Owner", file: "File", same: "Like", finding: "Finding", severity: "Severity", fix: "Fix", q: "Search" };
    const active = Object.keys(told).filter((key) => state[key]);
    const chip = (key) => make("button", {
      type: "button", class: "chip", "aria-label": `Remove filter ${told[key]}: ${state[key]}`,
      onclick: () => choose({ [key]: "" }),
    }, `${told[key]}: ${state[key]} ✕`);
    const all = active.length > 1
      ? make("button", { type: "button", class: "link", onclick: () => choose(Object.fromEntries(active.map((key) => [key, ""]))) }, "Clear all")
      : null;
    byId("chips").replaceChildren(...active.map(chip), ...(all ? [all] : []));
  }

  function show() {
    const all = tests();
    for (const id of ["q", "severity", "fix", "sort"]) {
      const field = byId(id);
      if (field.value !== (state[id] || "") && document.activeElement !== field) field.value = state[id] || "";
    }
    charts(all);
    chips();
    list(all);
  }

  // What people do.

  let timer = 0;
  byId("tools").addEventListener("submit", (event) => event.preventDefault());
  byId("q").addEventListener("input", (event) => {
    clearTimeout(timer);
    timer = setTimeout(() => choose({ q: event.target.value.trim() }), 120);
  });
  for (const id of ["severity", "fix", "sort"]) {
    byId(id).addEventListener("change", (event) => choose({ [id]: event.target.value }));
  }
  byId("more").addEventListener("click", more);
  byId("skip").addEventListener("click", (event) => {
    event.preventDefault();
    byId("list").focus();
  });
  addEventListener("hashchange", () => { read(); show(); });
  addEventListener("keydown", (event) => {
    const field = byId("q");
    if (event.key === "/" && !/^(INPUT|SELECT|TEXTAREA)$/.test(document.activeElement.tagName)) {
      event.preventDefault();
      field.focus();
    } else if (event.key === "Escape" && document.activeElement === field) {
      field.value = "";
      choose({ q: "" });
    }
  });
  if ("IntersectionObserver" in window) {
    const sight = new IntersectionObserver((seen) => {
      if (seen.some((it) => it.isIntersecting) && left.length) more();
    }, { rootMargin: "600px" });
    sight.observe(byId("more"));
  }

  overview();
  read();
  show();
  // Who was sent a finding wants to see it.
  if (state.finding) byId("findings-title").scrollIntoView();
})();
