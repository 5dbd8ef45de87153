// SPDX-License-Identifier: Apache-2.0

#include "mirror/http/status_page_assets.h"

namespace mirror::internal {

const char kStatusPagePolicy[] =
    "default-src 'none'; style-src 'self'; script-src 'self'; "
    "connect-src 'self'; img-src data:; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'";

const char kStatusPageStyle[] = R"css(
:root {
  color-scheme: light dark;
  --page: #f4f5f7; --card: #ffffff; --line: #d5d9df; --text: #1b1f24;
  --dim: #57606a; --link: #0550ae; --focus: #0550ae;
  --pill: #e6e8eb; --pill-text: #3a4048;
  --ok: #dcf3e3; --ok-text: #11512a; --warn: #fff0c9; --warn-text: #634100;
  --bad: #fde0e0; --bad-text: #8a1010;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #0e1116; --card: #171b22; --line: #343b45; --text: #e3e7ec;
    --dim: #9aa4b0; --link: #7ab7ff; --focus: #7ab7ff;
    --pill: #2d333b; --pill-text: #cfd5dc;
    --ok: #12391f; --ok-text: #a5e4b8; --warn: #45330a; --warn-text: #ffd98a;
    --bad: #541616; --bad-text: #ffbcbc;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--page); color: var(--text);
  font: 15px/1.45 system-ui, sans-serif; overflow-wrap: anywhere;
}
header, main, footer { max-width: 1200px; margin: 0 auto; padding: 0 16px; }
header { display: flex; flex-wrap: wrap; gap: 4px 16px; align-items: baseline; }
h1 { font-size: 22px; margin: 16px 0 8px; }
h2 { font-size: 17px; margin: 24px 0 8px; }
h3 { font-size: 16px; margin: 0 0 4px; }
p { margin: 4px 0; }
a { color: var(--link); }
a:focus-visible, button:focus-visible, input:focus-visible {
  outline: 2px solid var(--focus); outline-offset: 2px;
}
.dim { color: var(--dim); }
.flow { white-space: nowrap; }
#stale { color: var(--bad-text); font-weight: 600; }
.unseen {
  position: absolute; width: 1px; height: 1px; overflow: hidden;
  clip-path: inset(50%);
}
.pill {
  display: inline-block; padding: 1px 9px; border-radius: 10px;
  font-size: 13px; font-weight: 600;
  background: var(--pill); color: var(--pill-text);
}
.pill.ok { background: var(--ok); color: var(--ok-text); }
.pill.warn { background: var(--warn); color: var(--warn-text); }
.pill.bad { background: var(--bad); color: var(--bad-text); }
#flows { display: grid; gap: 12px; }
@media (min-width: 900px) {
  #flows { grid-template-columns: repeat(auto-fit, minmax(420px, 1fr)); }
}
.card, .problems li, table {
  background: var(--card); border: 1px solid var(--line); border-radius: 8px;
}
.card { padding: 12px 16px; }
dl {
  display: grid; grid-template-columns: repeat(3, 1fr); gap: 8px 16px;
  margin: 8px 0 0;
}
dt { color: var(--dim); font-size: 13px; }
dd { margin: 0; font-variant-numeric: tabular-nums; }
.problems { list-style: none; margin: 0; padding: 0; }
.problems li { padding: 8px 16px; margin-bottom: 8px; }
.tabs { display: flex; flex-wrap: wrap; gap: 4px; margin-top: 24px; }
.tabs a {
  padding: 8px 14px; border-radius: 8px 8px 0 0; text-decoration: none;
  border-bottom: 3px solid transparent;
}
.tabs a[aria-current] { border-color: var(--link); font-weight: 600; }
form { display: flex; flex-wrap: wrap; gap: 8px; align-items: center;
  margin: 12px 0; }
input[type=search] { flex: 1 1 160px; max-width: 300px; min-width: 0; }
input[type=search], button {
  font: inherit; padding: 6px 10px; border-radius: 6px; color: inherit;
  border: 1px solid var(--dim); background: var(--card);
}
table { border-collapse: separate; border-spacing: 0; width: 100%; }
th, td {
  padding: 7px 10px; text-align: left; vertical-align: top;
  border-bottom: 1px solid var(--line);
}
tbody tr:last-child > * { border-bottom: 0; }
thead th { font-size: 13px; white-space: nowrap; overflow-wrap: normal; }
thead a { text-decoration: none; }
thead a:hover { text-decoration: underline; }
tbody th { font-weight: 600; min-width: 180px; }
td[data-label=State] { min-width: 150px; }
td[data-label=Flow] {
  white-space: nowrap; max-width: 220px; overflow: hidden;
  text-overflow: ellipsis;
}
.to { display: block; color: var(--dim); font-size: 13px; font-weight: 400; }
.n { text-align: right; font-variant-numeric: tabular-nums;
  white-space: nowrap; }
.paging { display: flex; flex-wrap: wrap; gap: 16px; padding: 12px 0; }
.paging a, footer a { padding: 4px 0; }
footer { display: flex; flex-wrap: wrap; gap: 16px; padding: 24px 16px; }
@media (max-width: 720px) {
  dl { grid-template-columns: repeat(2, 1fr); }
  thead { display: flex; flex-wrap: wrap; gap: 0 14px; padding: 4px 12px;
    border-bottom: 1px solid var(--line); }
  thead tr { display: contents; }
  thead th { border: 0; padding: 5px 0; text-align: left; }
  table, tbody { display: block; }
  tbody tr {
    display: grid; grid-template-columns: 1fr 1fr; gap: 2px 12px;
    padding: 10px 12px; border-bottom: 1px solid var(--line);
  }
  tbody tr:last-child { border-bottom: 0; }
  tbody th, tbody td, tbody .n { border: 0; padding: 0; text-align: left;
    white-space: normal; min-width: 0; }
  tbody th, td[data-label=State], td[data-label=Reason] {
    grid-column: 1 / -1;
  }
  td::before { content: attr(data-label) " "; color: var(--dim);
    font-size: 13px; }
  td[data-label=State]::before { content: none; }
}
)css";

const char kStatusPageScript[] = R"js('use strict';
// Every five seconds the parts of the page that are live are replaced by what
// the server has now; what is typed, focused or selected stays.
const stale = document.getElementById('stale');
let answered = new Date();

function replace(old, fresh) {
  if (!fresh || old.innerHTML === fresh.innerHTML) return;
  const selection = getSelection();
  if (!selection.isCollapsed && selection.containsNode(old, true)) return;
  const focused = old.contains(document.activeElement)
      ? document.activeElement.getAttribute('href') : null;
  old.replaceChildren(...fresh.childNodes);
  if (focused === null) return;
  for (const link of old.querySelectorAll('a')) {
    if (link.getAttribute('href') === focused) return link.focus();
  }
}

async function refresh() {
  if (document.hidden) return;
  try {
    const response = await fetch(location.href,
        {cache: 'no-store', signal: AbortSignal.timeout(4000)});
    if (!response.ok) throw new Error();
    const fresh = new DOMParser().parseFromString(
        await response.text(), 'text/html');
    for (const old of document.querySelectorAll('[data-live]')) {
      replace(old, fresh.getElementById(old.id));
    }
    document.title = fresh.title;
    answered = new Date();
    stale.textContent = '';
  } catch (error) {
    stale.textContent =
        'No answer since ' + answered.toISOString().slice(11, 19) + ' UTC';
  }
}

setInterval(refresh, 5000);
document.addEventListener('visibilitychange', refresh);
)js";

}  // namespace mirror::internal
