// Comfort, never necessity: without this file every page says and does the same, after a reload.
// 1. News: asks for the regions marked data-live again, at most every five seconds. A region that
//    the pointer or the focus is in is left alone; a line with a button appears instead.
// 2. Keys: "/" goes to the search; Escape at a question is the harmless answer. Never inside a field.
(function () {
  "use strict";
  var LEAST_MS = 5000;
  var last = 0;
  var waiting = null;

  function regions() { return Array.prototype.slice.call(document.querySelectorAll("[data-live][id]")); }

  function busy(region) {
    return region.matches(":hover") || region.contains(document.activeElement) ||
      region.querySelector("details[open]") !== null;
  }

  function renew(region) {
    last = Date.now();
    region.setAttribute("aria-live", "polite");
    window.htmx.ajax("GET", location.pathname + location.search, {
      target: "#" + region.id, select: "#" + region.id, swap: "outerHTML show:none"
    });
  }

  function offer() {
    if (document.getElementById("nytt")) { return; }
    var line = document.createElement("p");
    line.id = "nytt";
    line.className = "news";
    line.setAttribute("role", "status");
    line.textContent = document.body.dataset.news + " ";
    var button = document.createElement("button");
    button.type = "button";
    button.className = "btn slim";
    button.textContent = document.body.dataset.show;
    button.addEventListener("click", function () { line.remove(); regions().forEach(renew); });
    line.appendChild(button);
    document.querySelector("header.notes").appendChild(line);
  }

  function news() {
    var left = LEAST_MS - (Date.now() - last);
    if (left > 0) {
      if (!waiting) { waiting = setTimeout(function () { waiting = null; news(); }, left); }
      return;
    }
    var free = regions().filter(function (region) { return !busy(region); });
    if (free.length < regions().length) { offer(); }
    free.forEach(renew);
  }

  if (window.EventSource && regions().length && window.htmx) {
    last = Date.now();
    var stream = new EventSource("/strom");
    stream.addEventListener("nytt", news);
    window.addEventListener("pagehide", function () { stream.close(); });
  }

  document.addEventListener("keydown", function (event) {
    var inField = /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName);
    if (event.ctrlKey || event.altKey || event.metaKey) { return; }
    if (event.key === "/" && !inField) {
      var search = document.getElementById("q");
      if (search && search.offsetParent !== null) { event.preventDefault(); search.focus(); }
    }
    if (event.key === "Escape") {
      var harmless = document.querySelector("[data-harmless]");
      if (harmless) { event.preventDefault(); harmless.click(); }
    }
  });

  var first = document.getElementById("fel") || document.querySelector("[data-focus]");
  if (first) { first.focus(); }
})();
