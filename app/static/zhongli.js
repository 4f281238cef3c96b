/* Makes pages pleasant; every page works without it. One listener per habit, nothing inline. */
(function () {
  "use strict";

  // An irreversible act says what will happen and asks once. A form is sent once however often it is clicked.
  document.addEventListener("submit", function (event) {
    var form = event.target;
    var asker = event.submitter && event.submitter.dataset.confirm ? event.submitter : form;
    if (form.dataset.sent) { event.preventDefault(); return; }
    if (asker.dataset.confirm && !window.confirm(asker.dataset.confirm)) { event.preventDefault(); return; }
    if ("signOut" in form.dataset) { forgetDrafts(); }
    if ("once" in form.dataset) {
      form.dataset.sent = "1";
      // after this turn, so that the button's own name and value are still sent
      setTimeout(function () {
        form.querySelectorAll("button[type=submit]").forEach(function (button) { button.setAttribute("aria-disabled", "true"); });
      }, 0);
    }
  });
  // Coming back by the browser's arrow: the form may be sent again.
  window.addEventListener("pageshow", function (event) {
    if (!event.persisted) { return; }
    document.querySelectorAll("form[data-sent]").forEach(function (form) {
      delete form.dataset.sent;
      form.querySelectorAll("[aria-disabled]").forEach(function (button) { button.removeAttribute("aria-disabled"); });
    });
  });

  var summary = document.querySelector("[data-error-summary]");
  if (summary) { summary.focus(); }

  // Drafts: what was typed stays in this browser until the form was sent and accepted, also when the network fails.
  // Accepted is what led on to another page, or back to this one with a word of success.
  var store = null;
  try { store = window.localStorage; store.getItem("zl"); } catch (refused) { store = null; }
  var SENT = "zhongli-draft-sent";
  var forms = Array.prototype.slice.call(document.querySelectorAll("form[data-draft]"));
  if (store) {
    var sent = (store.getItem(SENT) || "").split("\n");
    store.removeItem(SENT);
    var shown = forms.filter(function (form) { return key(form) === sent[0]; })[0];
    var accepted = shown ? document.querySelector(".notice-done") && !shown.querySelector("[data-error-summary]")
      : document.referrer.split("?")[0] === sent[1];
    if (sent[0] && accepted) { store.removeItem(sent[0]); }
    forms.forEach(function (form) {
      if (!form.querySelector("[data-error-summary]")) { restore(form); }
      var later = null;
      form.addEventListener("input", function () { clearTimeout(later); later = setTimeout(function () { keep(form); }, 400); });
      form.addEventListener("submit", function () {
        clearTimeout(later); keep(form);
        store.setItem(SENT, key(form) + "\n" + location.href.split("?")[0]);
      });
    });
  }
  function key(form) { return "zhongli-draft:" + document.body.dataset.viewer + ":" + form.dataset.draft; }
  function controls(form) {
    return Array.prototype.filter.call(form.elements, function (one) {
      return one.name && ["hidden", "password", "file", "submit", "button"].indexOf(one.type) < 0;
    });
  }
  function keep(form) {
    var values = controls(form).map(function (one) {
      return [one.name, one.value, one.type === "checkbox" || one.type === "radio" ? one.checked : null];
    });
    try { store.setItem(key(form), JSON.stringify(values)); } catch (full) { return; }
    say(form, form.dataset.draftKept);
  }
  function restore(form) {
    var text = store.getItem(key(form));
    if (!text) { return; }
    var values;
    try { values = JSON.parse(text); } catch (broken) { store.removeItem(key(form)); return; }
    var changed = false;
    controls(form).forEach(function (one) {
      values.forEach(function (kept) {
        if (kept[0] !== one.name) { return; }
        if (kept[2] === null) { if (one.value !== kept[1]) { one.value = kept[1]; changed = true; } }
        // A tick is a declaration: only its person sets it, the browser never does.
        else if (one.type === "radio" && kept[1] === one.value && one.checked !== kept[2]) { one.checked = kept[2]; changed = true; }
      });
    });
    if (!changed) { return; }
    form.dispatchEvent(new Event("change", { bubbles: true }));
    var box = form.querySelector("[data-draft-box]");
    if (!box) { say(form, form.dataset.draftFound); return; }
    box.hidden = false;
    box.querySelector("button").addEventListener("click", function () {
      store.removeItem(key(form)); form.reset(); box.hidden = true;
    });
  }
  // Whoever signs out leaves nothing behind on a shared machine.
  function forgetDrafts() {
    if (!store) { return; }
    Object.keys(store).forEach(function (name) { if (name.indexOf("zhongli-draft") === 0) { store.removeItem(name); } });
  }
  function say(form, text) {
    var note = form.querySelector("[data-draft-note]");
    if (note) { note.textContent = text; }
  }

  // A desk: j next, k previous, a to the approving button, r to the returning one, ? help.
  var desk = document.querySelector("[data-desk]");
  if (desk) {
    var help = document.querySelector("[data-desk-help]");
    document.addEventListener("keydown", function (event) {
      var typing = /^(input|textarea|select)$/i.test(event.target.tagName) || event.target.isContentEditable;
      if (typing || event.ctrlKey || event.metaKey || event.altKey) { return; }
      if (event.key === "?" && help) { if (help.open) { help.close(); } else { help.showModal(); } event.preventDefault(); return; }
      if (help && help.open) { return; }
      if (event.key === "j" || event.key === "k") {
        var links = Array.prototype.slice.call(desk.querySelectorAll(".desk-list a"));
        var now = links.findIndex(function (link) { return link.hasAttribute("aria-current"); });
        var next = links[now + (event.key === "j" ? 1 : -1)];
        if (next) { next.click(); }
      }
      if (event.key === "a" || event.key === "r") {
        var target = document.querySelector('[data-key="' + (event.key === "a" ? "approve" : "return") + '"]');
        if (target) {
          var fold = target.closest("details");
          if (fold) { fold.open = true; }
          target.focus(); target.scrollIntoView({ block: "center" });
        }
      }
    });
    var active = desk.querySelector(".desk-list [aria-current]");
    if (active && active.offsetTop > 200) { active.closest("ol").scrollTop = active.offsetTop - 100; }
  }

  // Work that goes on behind the page: the part that shows it is fetched anew; when it is over, the whole page is.
  var live = document.querySelector("[data-live]");
  if (live) {
    setInterval(function () {
      if (document.hidden) { return; }
      fetch(location.href, { credentials: "same-origin" }).then(function (answer) { return answer.text(); }).then(function (text) {
        var fresh = new DOMParser().parseFromString(text, "text/html").querySelector("[data-live]");
        if (fresh && fresh.dataset.live === live.dataset.live) { live.innerHTML = fresh.innerHTML; } else { location.reload(); }
      }).catch(function () { /* the next try may find the way again */ });
    }, 2000);
  }

  document.querySelectorAll("[data-print]").forEach(function (button) {
    button.hidden = false;
    button.addEventListener("click", function () { window.print(); });
  });
})();
