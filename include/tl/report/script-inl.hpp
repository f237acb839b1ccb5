#pragma once
// The page's script: tips, the keyboard, the button of the colour scheme, the search of a table, and the large head of
// an attention chart.
// Everything else is drawn already.
#include <string_view>
#include <tl/core/namespace.hpp>

namespace TL_NAMESPACE::report::detail {

inline constexpr std::string_view page_script = R"js('use strict';
(() => {
const root = document.documentElement, tip = document.getElementById('tip');
const one = (selector, within = document) => within.querySelector(selector);
const every = (selector, within = document) => [...within.querySelectorAll(selector)];
const drawn = (name, attributes, text) => {
  const element = document.createElementNS('http://www.w3.org/2000/svg', name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  if (text !== undefined) element.textContent = text;
  return element;
};

// Titles are what a browser shows by itself. Here they become labels, and the tip shows them.
for (const title of every('figure svg title')) {
  title.parentNode.setAttribute('aria-label', title.textContent);
  title.parentNode.setAttribute('role', 'img');
  title.remove();
}
for (const span of every('span.mark[title]')) {
  span.setAttribute('aria-description', span.title);
  span.removeAttribute('title');
}

const hide = () => { tip.hidden = true; };
const show = (text, x, y) => {
  tip.textContent = text;
  tip.hidden = false;
  const {width, height} = tip.getBoundingClientRect(), gap = 14;
  tip.style.left = Math.max(4, Math.min(x + gap, root.clientWidth - width - 4)) + 'px';
  tip.style.top = (y + gap + height < root.clientHeight ? y + gap : Math.max(4, y - gap - height)) + 'px';
};
const text_of = mark => mark.getAttribute('aria-label') ?? mark.getAttribute('aria-description') ?? '';
const show_at_mark = mark => {
  const box = mark.getBoundingClientRect();
  if (text_of(mark)) show(text_of(mark), box.right - 8, box.bottom - 8);
};
const mark_of = event => event.target.closest?.('.mark');
for (const kind of ['pointermove', 'click'])  // a tap is a click only
  document.addEventListener(kind, event => {
    const mark = mark_of(event);
    if (mark) show(text_of(mark), event.clientX, event.clientY);
    else if (!event.target.closest?.('.matrix')) hide();
  });
document.addEventListener('focusin', event => {
  if (event.target.matches('.mark:focus-visible')) show_at_mark(event.target);
});
document.addEventListener('focusout', hide);
document.addEventListener('scroll', () => {
  const mark = document.activeElement;
  if (!tip.hidden && mark.matches('.mark:focus-visible')) show_at_mark(mark);  // scrolled into view by its focus
  else hide();
}, true);

// Tab stops once in a chart; the arrow keys go to the nearest mark that way.
for (const figure of every('figure')) {
  const marks = every('.mark', figure);
  marks.forEach((mark, i) => mark.setAttribute('tabindex', i ? -1 : 0));
  figure.addEventListener('keydown', event => {
    if (event.key === 'Escape') return hide();
    const direction = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1]}[event.key];
    const from = event.target.closest('.mark');
    if (!direction || !from) return;
    event.preventDefault();
    const middle = mark => {
      const box = mark.getBoundingClientRect();
      return [box.x + box.width / 2, box.y + box.height / 2];
    };
    const [x, y] = middle(from);
    let best = null, least = Infinity;
    for (const mark of marks) {
      const [mx, my] = middle(mark), along = (mx - x) * direction[0] + (my - y) * direction[1];
      const aside = Math.abs((mx - x) * direction[1] + (my - y) * direction[0]);
      if (along > 0.5 && along + 3 * aside < least) [best, least] = [mark, along + 3 * aside];
    }
    if (!best) return;
    from.setAttribute('tabindex', -1);
    best.setAttribute('tabindex', 0);
    best.focus({focusVisible: true});
  });
}

const scheme = document.getElementById('scheme'), dark = matchMedia('(prefers-color-scheme: dark)');
scheme.addEventListener('click', () => {
  const now = root.style.colorScheme || (dark.matches ? 'dark' : 'light');
  root.style.colorScheme = now === 'dark' ? 'light' : 'dark';
});

for (const figure of every('figure.table')) {
  const search = one('.search', figure);
  if (!search) continue;
  search.hidden = false;
  const box = one('input', search), count = one('output', search), lower = text => text.toLowerCase();
  const rows = every('tbody tr', figure).map(row => [row, ' ' + lower(row.dataset.words).replace(/\s+/g, ' ') + ' ']);
  const find = () => {
    const terms = lower(box.value).split(/\s+/).filter(Boolean);
    const sought = terms.map(term => ' ' + term + (/^\d+$/.test(term) ? ' ' : ''));
    let found = 0;
    for (const [row, words] of rows) {
      row.hidden = !sought.every(term => words.includes(term));
      found += !row.hidden;
    }
    count.textContent = (terms.length ? found + ' of ' : '') + rows.length;
  };
  box.addEventListener('input', find);
  box.addEventListener('keydown', event => {
    if (event.key === 'Enter') one('tbody tr:not([hidden]) a', figure)?.click();
  });
  find();
}

// A slider goes through the forward passes: what later ones gave is not there yet.
for (const figure of every('figure.branch-timeline')) {
  const label = one('.pass', figure), slider = one('input', label), marks = every('.mark', figure);
  label.hidden = false;
  slider.addEventListener('input', () => {
    one('output', label).textContent = slider.value;
    every('[data-pass]', figure).forEach((token, i) => {
      const later = Number(token.dataset.pass) > Number(slider.value);
      token.style.visibility = later ? 'hidden' : '';
      marks[i].style.opacity = later ? 0.15 : '';
    });
  });
}

for (const figure of every('figure.attention')) {
  const last = Number(figure.dataset.levels), heads = every('.head', figure), spans = every('.token', figure);
  const tokens = spans.map(span => span.textContent), count = tokens.length;
  const bytes = Uint8Array.from(atob(figure.dataset.weights), c => c.charCodeAt(0)), view = new DataView(bytes.buffer);
  let head = 0, token = count - 1;
  const triangle = n => n * (n + 1) / 2;
  const weight = (query, key) => view.getFloat32(4 * (head * triangle(count) + triangle(query) + key), true);
  const color = w => Number.isFinite(w) ? 's' + Math.round(last * Math.min(1, Math.max(0, w))) : 'none';
  const written = w => Number.isFinite(w) ? w.toPrecision(3) : 'no value';
  const name = i => i + ' \u2068' + tokens[i] + '\u2069';

  const paint = () => spans.forEach((span, key) => {
    const seen = key <= token;
    span.className = 'token mark ' + (seen ? color(weight(token, key)) : '') + (key === token ? ' chosen' : '');
  });
  const describe = () => spans.forEach((span, query) => {
    const weights = tokens.slice(0, query + 1).map((_, key) => [weight(query, key), key]);
    weights.sort((a, b) => b[0] - a[0]);
    span.setAttribute('aria-description', name(query) + ' attends to' +
      weights.slice(0, 5).map(([w, key]) => '\n' + name(key) + '  ' + written(w)).join(''));
  });
  const enlarge = () => {
    const cell = Math.max(9, Math.min(22, 480 / count));
    const length = Math.max(...tokens.map(text => [...text].length)), shown = Math.min(length, 12);
    const cut = text => [...text].length > 12 ? [...text].slice(0, 11).join('') + '\u2026' : text;
    const left = 7.4 * shown + 12, top = 6.6 * shown + 14, size = cell * count;
    const svg = drawn('svg', {class: 'matrix', width: left + size + 4 * shown + 4, height: top + size + 4, role: 'img',
      'aria-label': heads[head].getAttribute('aria-label') + ': each row a token, each column what it attends to'});
    tokens.forEach((text, i) => {
      const middle = cell * (i + 0.5);
      svg.append(drawn('text', {class: 'token small end', x: left - 6, y: top + middle + 4}, cut(text)));
      const turned = `translate(${left + middle + 3} ${top - 5}) rotate(-60)`;
      svg.append(drawn('text', {class: 'token small', transform: turned}, cut(text)));
    });
    const pattern = drawn('g', {transform: `translate(${left} ${top}) scale(${cell})`});
    for (const part of heads[head].children) pattern.append(part.cloneNode(true));
    const frame = drawn('rect', {class: 'frame', width: 1, height: 1, visibility: 'hidden'});
    frame.style.stroke = 'var(--ink)';
    pattern.append(frame);
    svg.append(pattern);
    for (const kind of ['pointermove', 'click']) svg.addEventListener(kind, event => {
      const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(pattern.getScreenCTM().inverse());
      const key = Math.floor(at.x), query = Math.floor(at.y), inside = key >= 0 && key <= query && query < count;
      frame.setAttribute('visibility', inside ? 'visible' : 'hidden');
      if (!inside) return hide();
      frame.setAttribute('x', key);
      frame.setAttribute('y', query);
      const text = name(query) + '\nattends to ' + name(key) + '\n' + written(weight(query, key));
      show(text, event.clientX, event.clientY);
    });
    svg.addEventListener('pointerleave', () => frame.setAttribute('visibility', 'hidden'));
    one('.large .scroll', figure).replaceChildren(svg);
  };
  const choose = index => {
    head = index;
    heads.forEach((element, i) => {
      element.classList.toggle('chosen', i === index);
      element.setAttribute('aria-pressed', i === index);
    });
    one('.head-name', figure).textContent = heads[index].getAttribute('aria-label');
    describe();
    paint();
    enlarge();
  };
  heads.forEach((element, i) => {
    element.setAttribute('role', 'button');
    element.addEventListener('click', () => choose(i));
    element.addEventListener('keydown', event => {
      if (event.key !== 'Enter' && event.key !== ' ') return;
      event.preventDefault();
      choose(i);
    });
  });
  spans.forEach((span, i) => {
    const point = () => { token = i; paint(); };
    span.addEventListener('pointerenter', point);
    span.addEventListener('focus', point);
  });
  choose(0);
}
})();
)js";

}  // namespace TL_NAMESPACE::report::detail
