// Two mends of the theme, nothing else: it works without them, a little less well.
(() => {
  "use strict";

  // The theme's copy button drops a file's last newline. A button with the text in this attribute
  // copies it as it is; the theme reads the attribute after this listener has run.
  const copyWhole = (event) => {
    const button = event.target.closest("button[data-clipboard-target]");
    if (!button) return;
    const code = document.querySelector(button.dataset.clipboardTarget);
    if (code) button.dataset.clipboardText = code.textContent;
  };

  // A box that scrolls sideways must be reachable with the keyboard, and one that does not must
  // not stand in the way of it.
  const boxes = ".md-content .md-typeset__scrollwrap, .md-content pre > code";
  const reachable = () => {
    for (const box of document.querySelectorAll(boxes)) {
      if (box.scrollWidth > box.clientWidth) {
        box.tabIndex = 0;
        if (!box.matches("code")) {
          box.setAttribute("role", "region");
          box.setAttribute("aria-label", "Table, scrolls sideways");
        }
      } else if (box.hasAttribute("tabindex")) {
        for (const name of ["tabindex", "role", "aria-label"]) box.removeAttribute(name);
      }
    }
  };

  document.addEventListener("click", copyWhole, true);
  document.addEventListener("change", reachable);
  window.addEventListener("resize", reachable);
  window.addEventListener("load", () => setTimeout(reachable, 0));
  reachable();
})();
