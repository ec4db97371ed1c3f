"""Basic checks of a page for people who do not see it as we do; run inside the page, answered as sentences."""

from playwright.sync_api import Page

# Our own elements and headings only: what Unfold draws is its own matter.
_CONTRAST_OF = (
    "h2.console-heading, .console-note, .console-link, .console-badge, .console-card__title, .console-card__detail,"
    " .console-stat__title, .console-stat__value, .console-stat__detail, .console-table th, .console-table td, .console-button,"
    " .console-callout, .console-facts dt, .console-facts dd, .console-empty__title, main p, main a"
)
# WCAG 2.1 AA for text.
_ENOUGH = 4.5

_SCRIPT = """
([selectors, enough]) => {
  const found = [];
  const seen = element => { const box = element.getBoundingClientRect(); return box.width > 0 && box.height > 0; };
  const canvas = document.createElement('canvas'); canvas.width = canvas.height = 1;
  const ink = canvas.getContext('2d', {willReadFrequently: true});
  const rgba = colour => { ink.clearRect(0, 0, 1, 1); ink.fillStyle = colour; ink.fillRect(0, 0, 1, 1); return [...ink.getImageData(0, 0, 1, 1).data]; };
  const light = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map(v => { v /= 255; return v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4; });
    return .2126 * x + .7152 * y + .0722 * z;
  };
  const ground = element => {
    for (let e = element; e; e = e.parentElement) {
      const colour = rgba(getComputedStyle(e).backgroundColor);
      if (colour[3] > 250) return colour;
    }
    return [255, 255, 255, 255];
  };
  if (!document.documentElement.lang) found.push('the page names no language');
  if (!document.title.trim()) found.push('the page has no title');
  if (document.querySelectorAll('h1').length !== 1) found.push(`the page has ${document.querySelectorAll('h1').length} h1 headings`);
  for (const field of document.querySelectorAll('#content input:not([type=hidden]), #content select, #content textarea')) {
    if (seen(field) && !field.labels?.length && !field.ariaLabel && !field.getAttribute('aria-labelledby') && !field.placeholder)
      found.push(`the field ${field.name || field.id} has no label`);
  }
  for (const image of document.querySelectorAll('img')) if (!image.hasAttribute('alt')) found.push(`the image ${image.src} has no alt`);
  for (const link of document.querySelectorAll('#content a[href], #content button')) {
    if (seen(link) && !link.innerText.trim() && !link.ariaLabel && !link.title) found.push(`a link or button without words: ${link.outerHTML.slice(0, 80)}`);
  }
  for (const element of document.querySelectorAll(selectors)) {
    if (!seen(element) || !element.innerText.trim()) continue;
    const [a, b] = [light(rgba(getComputedStyle(element).color)), light(ground(element))].sort((x, y) => y - x);
    const ratio = (a + .05) / (b + .05);
    if (ratio < enough) found.push(`contrast ${ratio.toFixed(2)} of “${element.innerText.slice(0, 40)}” (${element.className})`);
  }
  return [...new Set(found)];
}
"""


def barriers(page: Page) -> list[str]:
    """What is wrong with the page, one sentence each."""
    found: list[str] = page.evaluate(_SCRIPT, [_CONTRAST_OF, _ENOUGH])
    return found


def scrolls_sideways(page: Page) -> bool:
    """Whether the page is wider than the window."""
    return bool(page.evaluate("document.documentElement.scrollWidth > window.innerWidth"))
