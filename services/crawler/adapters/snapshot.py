"""The script that writes down a page as it stands: run in a world of its own, so no page can fool it."""

# Everything of the document is called through the prototypes: a page may name an image
# "documentElement", and document.documentElement is that image.
SNAPSHOT = """
limit => {
  const all = (node, selector) => (node instanceof Document ? Document : node instanceof
    ShadowRoot ? DocumentFragment : Element).prototype.querySelectorAll.call(node, selector);
  const rootOf = Object.getOwnPropertyDescriptor(Document.prototype, 'documentElement').get;
  const parentOf = Object.getOwnPropertyDescriptor(Node.prototype, 'parentElement').get;
  const visible = e => Element.prototype.checkVisibility.call(e, {visibilityProperty: true});
  const seen = e => {
    if (visible(e)) return true;
    const parent = parentOf.call(e);
    if (getComputedStyle(e).display === 'contents') return !parent || visible(parent);
    // A closed <details> is opened by whoever wants to read it.
    return Element.prototype.closest.call(e, 'details:not([open])') !== null;
  };
  const shadows = [];
  const visit = node => {
    for (const e of all(node, 'a[href]')) if (!seen(e)) e.setAttribute('hidden', '');
    for (const e of all(node, '*')) if (e.shadowRoot instanceof ShadowRoot) {
      shadows.push(e.shadowRoot);
      visit(e.shadowRoot);
    }
  };
  visit(document);
  const root = rootOf.call(document);
  if (!root) return {html: '', whole: true};
  let html = root.outerHTML;
  if (shadows.length) {
    const shell = root.cloneNode(false).outerHTML;
    const end = shell.lastIndexOf('</');
    const inner = root.getHTML({shadowRoots: shadows});
    const flat = new DOMParser().parseFromString(
      shell.slice(0, end) + inner + shell.slice(end), 'text/html');
    const unfold = node => {
      for (const e of node.querySelectorAll('template[shadowrootmode]')) {
        unfold(e.content);
        e.replaceWith(e.content);
      }
    };
    unfold(flat);
    html = flat.documentElement.outerHTML;
  }
  return {html: '<!DOCTYPE html>' + html.slice(0, limit), whole: html.length <= limit};
}
"""
