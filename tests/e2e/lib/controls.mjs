/* controls.mjs - every control that a page has shown, and which of them somebody operated. */

/* In the page: what can be operated, by its role and the name that is read out. */
function seen() {
  const named = (one) => (one.getAttribute('aria-label') || one.labels?.[0]?.textContent || one.textContent || one.title || '').trim();
  const inFrame = (one) => one.closest('header.top, nav') !== null;
  return [...document.querySelectorAll('main button, main a[href], main input, main select, main textarea, main summary, dialog button, dialog a[href], dialog input, dialog select, dialog textarea')]
    .filter((one) => one.getClientRects().length > 0 && !inFrame(one))
    .map((one) => `${one.tagName.toLowerCase()}${one.type ? `[${one.type}]` : ''} ${named(one)}`);
}

/* Ids, times, numbers and names of things stand for all of their kind. */
function kindOf(text, things) {
  let kind = text.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, '#').replace(/\d{4}-\d{2}-\d{2}[^a-z]*(GMT[+-]?\d*)?/g, '#').replace(/\s+/g, ' ').replace(/ · optional$/, '').replace(/[▾▴]$/, '');
  for (const thing of things) kind = kind.replaceAll(thing, '*');
  return kind.replace(/\d+/g, '#').trim();
}

export class Controls {
  /* `things`: names of what a test makes, so that one of a kind is enough. */
  constructor(visit, things = []) {
    Object.assign(this, { visit, things, shown: new Set(), operated: new Set() });
  }

  async look() {
    for (const control of await this.visit.page.evaluate(seen)) this.shown.add(kindOf(control, this.things));
  }

  async #note(locator) {
    await locator.waitFor();
    await this.look();
    const control = await locator.evaluate((one) => {
      const named = (one.getAttribute('aria-label') || one.labels?.[0]?.textContent || one.textContent || one.title || '').trim();
      return `${one.tagName.toLowerCase()}${one.type ? `[${one.type}]` : ''} ${named}`;
    });
    this.operated.add(kindOf(control, this.things));
  }

  async click(locator) {
    await this.#note(locator);
    await locator.click();
  }

  async fill(locator, text) {
    await this.#note(locator);
    await locator.fill(text);
  }

  async choose(locator, value) {
    await this.#note(locator);
    await locator.selectOption(value);
  }

  async check(locator, on = true) {
    await this.#note(locator);
    await locator.setChecked(on);
  }

  /* What a page has shown and nobody has operated. */
  left() {
    return [...this.shown].filter((control) => !this.operated.has(control)).sort();
  }
}
