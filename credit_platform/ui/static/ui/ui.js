/* Small page behaviour. Everything here improves pages that already work without it: no inline handlers,
   no state that the server does not have. Listeners sit on the document, so that parts swapped in by htmx
   behave as the rest.

   A page asks for behaviour by attributes:
     form[data-primary]   Ctrl S sends it             form[data-guard]      leaving with something typed is asked about
     form[data-upload]    progress while files go     form[data-autosend]   filters: sends itself on a choice
     [data-key="n"|"u"]   that key presses it         table[data-keys]      J and K move, Enter opens
     [data-dialog="id"]   opens that dialog           [data-close]          closes its dialog
     [data-print]         prints the page             [data-script-shows], [data-script-hides]
     [data-told="…"]      is said when htmx brings it  [data-found]          how much a filter has left, said when it has */
(function () {
  "use strict";

  var wordsBlock = document.getElementById("ui-words");
  var words = wordsBlock ? JSON.parse(wordsBlock.textContent) : {};

  function say(key, values) {
    return (words[key] || key).replace(/\{(\w+)\}/g, function (whole, name) {
      return name in values ? values[name] : whole;
    });
  }

  function all(selector, root) {
    return Array.prototype.slice.call((root || document).querySelectorAll(selector));
  }

  function element(tag, className, text) {
    var made = document.createElement(tag);
    if (className) { made.className = className; }
    if (text) { made.textContent = text; }
    return made;
  }

  function token() {
    var meta = document.querySelector('meta[name="csrf-token"]');
    return meta ? meta.content : "";
  }

  function size(bytes) {
    var units = ["B", "KB", "MB", "GB"], n = 0;
    while (bytes >= 1024 && n < units.length - 1) { bytes /= 1024; n += 1; }
    return (n < 2 || bytes >= 100 ? Math.round(bytes) : bytes.toFixed(1)) + " " + units[n];
  }

  /* Runs once for the page and once for every part that htmx puts into it. */
  var starters = [];
  function start(root) { starters.forEach(function (starter) { starter(root); }); }

  /* What changes while the page stays is said by a part that was there before: a live region that comes with
     its words is not heard. The same of the same part is said once. */
  var toldOf = {};
  function tell(text) {
    var region = document.getElementById("said");
    region.textContent = "";
    window.setTimeout(function () { region.textContent = text; }, 100);
  }
  starters.push(function (root) {
    var parts = all("[data-told]", root);
    if (root.matches && root.matches("[data-told]")) { parts.unshift(root); }
    parts.forEach(function (part) {
      var known = toldOf[part.id];
      toldOf[part.id] = part.dataset.told;
      if (root !== document && part.dataset.told && known !== part.dataset.told) { tell(part.dataset.told); }
    });
  });

  /* Parts that only make sense with scripts, or only without. */
  starters.push(function (root) {
    all("[data-script-hides]", root).forEach(function (part) { part.hidden = true; });
    all("[data-script-shows], [data-use], [data-select-all], [data-shortcuts]", root).forEach(function (part) {
      part.hidden = false;
    });
  });

  /* Menu of the bar on a phone; menus made of <details>. */
  document.addEventListener("click", function (event) {
    var button = event.target.closest("[data-menu]");
    if (button) {
      var open = document.getElementById(button.getAttribute("aria-controls")).classList.toggle("open");
      button.setAttribute("aria-expanded", String(open));
    }
    all("details.menu[open]").forEach(function (menu) {
      if (!menu.contains(event.target)) { menu.open = false; }
    });
    if (event.target.closest("[data-print]")) { window.print(); }
  });

  /* A remedy beside an error types what should have been typed. */
  document.addEventListener("click", function (event) {
    var button = event.target.closest("[data-use]");
    if (!button) { return; }
    var field = document.getElementById(button.dataset.for);
    field.value = button.dataset.use;
    field.classList.remove("is-invalid");
    field.removeAttribute("aria-invalid");
    var error = button.closest(".field-error");
    if (error) { error.hidden = true; }
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.dispatchEvent(new Event("change", { bubbles: true }));
    field.focus();
  });

  /* Filters send themselves; the button is for those without scripts. */
  document.addEventListener("change", function (event) {
    var form = event.target.closest("form[data-autosend]");
    if (form && event.target.matches("select, input[type=checkbox], input[type=radio], input[type=date]")) {
      remember(event.target);
      form.requestSubmit();
    }
  });
  /* The page that answers is read from the field that was changed, not from its beginning. */
  function remember(field) {
    var ticked = field.matches("input[type=checkbox], input[type=radio]");
    window.sessionStorage.setItem("changed", JSON.stringify({
      path: window.location.pathname, name: field.name, value: ticked ? field.value : null
    }));
  }
  starters.push(function (root) {
    var kept = root === document && window.sessionStorage.getItem("changed");
    if (!kept) { return; }
    window.sessionStorage.removeItem("changed");
    var changed = JSON.parse(kept);
    var field = changed.path === window.location.pathname && all("form[data-autosend] [name]").find(function (one) {
      return one.name === changed.name && (changed.value === null || one.value === changed.value);
    });
    var found = document.querySelector("main [data-found]");
    if (field) { field.focus({ preventScroll: true }); }
    if (field && found) { tell(found.textContent.trim().replace(/\s+/g, " ")); }
  });
  /* An empty choice has no place in the address. */
  document.addEventListener("submit", function (event) {
    if (!event.target.matches("form[data-autosend]")) { return; }
    all("select, input", event.target).forEach(function (field) {
      if (field.name && !field.value) { field.disabled = true; }
    });
  });

  /* Look-up: a combobox whose list comes from the server. */
  function lookup(box) {
    var input = box.querySelector("[role=combobox]");
    var value = box.querySelector("[data-lookup-value]");
    var panel = box.querySelector("[data-lookup-box]");
    var list = box.querySelector("[role=listbox]");
    var status = box.querySelector("[data-lookup-status]");
    var chosen = box.querySelector("[data-lookup-chosen]");
    var active = -1, timer = 0, asked = null;

    function options() { return all("[role=option]", list); }
    function show(visible) {
      panel.hidden = !visible;
      input.setAttribute("aria-expanded", String(visible));
      if (!visible) { point(-1); }
    }
    function point(at) {
      var items = options();
      active = items.length ? Math.max(-1, Math.min(at, items.length - 1)) : -1;
      items.forEach(function (item, n) { item.setAttribute("aria-selected", String(n === active)); });
      if (active < 0) { input.removeAttribute("aria-activedescendant"); return; }
      input.setAttribute("aria-activedescendant", items[active].id);
      items[active].scrollIntoView({ block: "nearest" });
    }
    function keep(option) {
      /* What is still being asked for would open the list again. */
      window.clearTimeout(timer);
      if (asked) { asked.abort(); }
      value.value = option.dataset.value;
      input.value = option.dataset.text;
      chosen.replaceChildren(option.cloneNode(true));
      all("[role=option]", chosen).forEach(plain);
      chosen.hidden = false;
      show(false);
      value.dispatchEvent(new Event("change", { bubbles: true }));
    }
    /* What was chosen is shown, not offered again. */
    function plain(item) {
      ["role", "aria-selected", "id"].forEach(function (name) { item.removeAttribute(name); });
    }
    all("[role=option]", chosen).forEach(plain);

    function ask() {
      if (asked) { asked.abort(); }
      asked = new AbortController();
      input.setAttribute("aria-busy", "true");
      var url = new URL(box.dataset.url, window.location.href);
      url.searchParams.set("q", input.value.trim());
      fetch(url, { headers: { "HX-Request": "true" }, signal: asked.signal, credentials: "same-origin" })
        .then(function (answer) {
          if (!answer.ok) { throw new Error(String(answer.status)); }
          return answer.text();
        })
        .then(function (html) {
          list.innerHTML = html;
          options().forEach(function (option, n) { option.id = list.id + "_" + n; });
          status.textContent = options().length ? say("matches", { count: options().length }) : words.noMatch;
          show(true);
          point(0);
        })
        .catch(function (problem) {
          if (problem.name === "AbortError") { return; }
          status.textContent = words.failed;
          list.replaceChildren(element("p", "lookup-none", words.failed));
          show(true);
        })
        .finally(function () { input.removeAttribute("aria-busy"); });
    }

    input.addEventListener("input", function () {
      value.value = "";
      chosen.hidden = true;
      window.clearTimeout(timer);
      if (input.value.trim().length < 2) { show(false); return; }
      timer = window.setTimeout(ask, 160);
    });
    input.addEventListener("keydown", function (event) {
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        if (panel.hidden) {
          if (input.value.trim().length > 1) { ask(); }
          return;
        }
        point(active + (event.key === "ArrowDown" ? 1 : -1));
      } else if (event.key === "Enter" && !panel.hidden) {
        event.preventDefault();
        if (active >= 0) { keep(options()[active]); }
      } else if (event.key === "Escape" && !panel.hidden) {
        event.preventDefault();
        event.stopPropagation();
        show(false);
      }
    });
    list.addEventListener("mousedown", function (event) {
      var option = event.target.closest("[role=option]");
      if (option) { event.preventDefault(); keep(option); input.focus(); }
    });
    list.addEventListener("mousemove", function (event) {
      var option = event.target.closest("[role=option]");
      var at = option ? options().indexOf(option) : -1;
      if (at >= 0 && at !== active) { point(at); }
    });
    input.addEventListener("blur", function () { window.setTimeout(function () { show(false); }, 120); });
  }
  starters.push(function (root) {
    all("[data-lookup]", root).forEach(function (box) {
      if (!box.dataset.ready) { box.dataset.ready = "1"; lookup(box); }
    });
  });

  /* A table is a stop of the Tab key only where it has to be scrolled. */
  var scrolled = new ResizeObserver(function (seen) {
    seen.forEach(function (entry) {
      var wrap = entry.target;
      if (wrap.scrollWidth > wrap.clientWidth) { wrap.tabIndex = 0; } else { wrap.removeAttribute("tabindex"); }
    });
  });
  starters.push(function (root) {
    all(".dt-wrap[tabindex]", root).forEach(function (wrap) { scrolled.observe(wrap); });
  });

  /* Keys. Single letters only while nobody is typing. */
  function typing(target) {
    return target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) &&
      !/^(checkbox|radio|button|submit)$/.test(target.type);
  }
  function rows() {
    var table = document.querySelector("table[data-keys]");
    return table ? all("tbody > tr", table).filter(function (row) { return row.querySelector("a[href]"); }) : [];
  }
  function step(by) {
    var list = rows();
    if (!list.length) { return; }
    var at = list.findIndex(function (row) { return row.classList.contains("is-current"); });
    var next = list[Math.max(0, Math.min(at < 0 ? 0 : at + by, list.length - 1))];
    list.forEach(function (row) { row.classList.toggle("is-current", row === next); });
    next.scrollIntoView({ block: "nearest" });
    next.querySelector("a[href]").focus({ preventScroll: true });
  }
  function press(selector) {
    var target = document.querySelector(selector);
    if (target) { target.click(); }
    return Boolean(target);
  }
  function help() {
    var dialog = document.getElementById("shortcuts");
    if (dialog && !dialog.open) { dialog.showModal(); }
  }
  document.addEventListener("keydown", function (event) {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "s") {
      var form = document.querySelector("form[data-primary]");
      if (form) { event.preventDefault(); form.requestSubmit(); }
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) { return; }
    if (document.querySelector("dialog[open]")) { return; }
    var key = event.key.toLowerCase();
    if (event.key === "/") {
      var find = document.querySelector(".find input, .bigsearch input");
      if (find) { event.preventDefault(); find.focus(); find.select(); }
    } else if (event.key === "?") {
      event.preventDefault();
      help();
    } else if (key === "j") {
      step(1);
    } else if (key === "k") {
      step(-1);
    } else if (key === "n" && press('[data-key="n"]') || key === "u" && press('[data-key="u"]')) {
      event.preventDefault();
    }
  });
  document.addEventListener("click", function (event) {
    if (event.target.closest("[data-shortcuts]")) { help(); }
  });

  /* Choosing rows. */
  function count(table) {
    var boxes = all('tbody input[type="checkbox"]', table);
    var chosen = boxes.filter(function (box) { return box.checked; }).length;
    var head = table.querySelector("[data-select-all]");
    if (head) {
      head.checked = boxes.length > 0 && chosen === boxes.length;
      head.indeterminate = chosen > 0 && chosen < boxes.length;
    }
    boxes.forEach(function (box) { box.closest("tr").classList.toggle("is-open", box.checked); });
    var foot = table.closest(".dt-wrap").nextElementSibling;
    var said = foot && foot.querySelector("[data-chosen-count]");
    if (said) { said.hidden = !chosen; said.textContent = say("chosen", { count: chosen }); }
  }
  document.addEventListener("change", function (event) {
    var table = event.target.closest("table[data-select]");
    if (!table) { return; }
    if (event.target.matches("[data-select-all]")) {
      all('tbody input[type="checkbox"]', table).forEach(function (box) { box.checked = event.target.checked; });
    }
    count(table);
  });
  starters.push(function (root) { all("table[data-select]", root).forEach(count); });

  /* Files: dropping, naming, refusing early, progress. The server checks everything again. */
  function kinds(input) {
    return (input.accept || "").split(",").map(function (kind) { return kind.trim().toLowerCase(); }).filter(Boolean);
  }
  function refusal(file, input, most) {
    var allowed = kinds(input), name = file.name.toLowerCase();
    if (allowed.length && !allowed.some(function (kind) { return kind[0] !== "." || name.endsWith(kind); })) {
      return say("wrongKind", { kinds: allowed.join(", ").replace(/\./g, "") });
    }
    return most && file.size > most ? say("tooLarge", { size: size(file.size), most: size(most) }) : "";
  }
  function listFiles(drop) {
    var input = drop.querySelector("input[type=file]");
    var list = drop.querySelector("[data-files]");
    var problems = [];
    list.replaceChildren.apply(list, Array.prototype.map.call(input.files, function (file) {
      var row = element("li"), text = element("span", "", file.name);
      var why = refusal(file, input, Number(drop.dataset.max));
      if (why) { problems.push(file.name + ": " + why); }
      text.append(element("span", why ? "d-block xs bad" : "d-block xs quiet", why || size(file.size)));
      row.append(element("span"), text, element("span"));
      return row;
    }));
    input.setCustomValidity(problems.join("\n"));
    if (problems.length) { input.reportValidity(); }
  }
  document.addEventListener("change", function (event) {
    var drop = event.target.closest("[data-drop]");
    if (drop) { listFiles(drop); }
  });
  ["dragover", "dragleave", "drop"].forEach(function (kind) {
    document.addEventListener(kind, function (event) {
      var drop = event.target.closest && event.target.closest("[data-drop]");
      if (!drop) { return; }
      event.preventDefault();
      drop.classList.toggle("is-over", kind === "dragover");
      if (kind !== "drop" || !event.dataTransfer.files.length) { return; }
      var input = drop.querySelector("input[type=file]");
      input.files = event.dataTransfer.files;
      input.dispatchEvent(new Event("change", { bubbles: true }));
    });
  });

  /* A form that sends files shows how far it has come. Its answer is an ordinary page: the way on after
     a success, or the same form with what is wrong. */
  function upload(form, submitter) {
    var files = form.querySelector("[data-files]");
    var row = element("li"), text = element("span", "", words.upload), stop = element("button", "btn btn-sm", "×");
    var detail = element("span", "d-block xs quiet"), bar = element("progress");
    stop.type = "button";
    stop.setAttribute("aria-label", words.stop);
    bar.setAttribute("aria-label", words.upload);
    bar.max = 100;
    bar.value = 0;
    text.append(detail);
    row.append(element("span"), text, stop, bar);
    files.append(row);

    var request = new XMLHttpRequest(), begun = Date.now();
    request.open("POST", form.action);
    request.setRequestHeader("X-CSRFToken", token());
    request.setRequestHeader("X-Upload", "1");
    request.upload.addEventListener("progress", function (event) {
      if (!event.lengthComputable) { return; }
      var share = event.loaded / event.total, spent = (Date.now() - begun) / 1000;
      bar.value = share * 100;
      detail.textContent = say("uploading", { sent: size(event.loaded), total: size(event.total) }) +
        (spent > 2 && share < 1 ? " · " + say("left", { seconds: Math.ceil(spent / share - spent) }) : "");
    });
    request.upload.addEventListener("load", function () { detail.textContent = words.checking; bar.removeAttribute("value"); });
    request.addEventListener("load", function () {
      clean(form);
      var answer = new DOMParser().parseFromString(request.responseText, "text/html").getElementById("main");
      var next = request.getResponseHeader("X-Location");
      if (next) {
        window.location.assign(next);
      } else if (answer) {
        document.getElementById("main").replaceWith(answer);
        start(answer);
        if (window.htmx) { window.htmx.process(answer); }
      } else {
        failed(words.failed);
      }
    });
    function failed(why) {
      detail.textContent = why;
      detail.className = "d-block xs bad";
      bar.remove();
      stop.remove();
      release(form);
    }
    request.addEventListener("error", function () { failed(words.broken); });
    request.addEventListener("abort", function () { failed(words.stopped); });
    stop.addEventListener("click", function () { request.abort(); });
    var data = new FormData(form);
    if (submitter && submitter.name) { data.append(submitter.name, submitter.value); }
    request.send(data);
  }

  /* A form is sent once. The buttons come back when the browser shows the page again from its memory. */
  function release(form) {
    delete form.dataset.sent;
    all("[data-held]", form).forEach(function (button) {
      button.removeAttribute("data-held");
      button.removeAttribute("aria-disabled");
    });
  }
  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (event.defaultPrevented || form.method !== "post") { return; }
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "1";
    /* Not `disabled`: the browser would leave the button's name out of what it sends. */
    all("button[type=submit], button:not([type])", form).forEach(function (button) {
      button.dataset.held = "1";
      button.setAttribute("aria-disabled", "true");
    });
    if (form.hasAttribute("data-upload") && window.FormData) {
      event.preventDefault();
      upload(form, event.submitter);
      return;
    }
    clean(form);
  });
  window.addEventListener("pageshow", function () { all("form[data-sent]").forEach(release); });
  document.addEventListener("htmx:beforeRequest", function (event) {
    var form = event.target;
    if (form.nodeName !== "FORM" || form.method !== "post") { return; }
    if (form.dataset.sent) { event.preventDefault(); } else { form.dataset.sent = "1"; }
  });
  document.addEventListener("htmx:afterRequest", function (event) {
    var form = event.target.closest && event.target.closest("form");
    if (!form) { return; }
    if (!event.target.hasAttribute("data-keeps")) { release(form); }
    if (event.detail.successful) { clean(form); }
  });

  /* Leaving with something typed and not saved is asked about by the browser. */
  function clean(form) { delete form.dataset.touched; }
  document.addEventListener("input", function (event) {
    var form = event.target.closest("form[data-guard]");
    if (form) { form.dataset.touched = "1"; }
  });
  window.addEventListener("beforeunload", function (event) {
    if (document.querySelector("form[data-guard][data-touched]")) { event.preventDefault(); }
  });

  /* Dialogs: the link that opens one leads to a page that asks the same. */
  document.addEventListener("click", function (event) {
    var opener = event.target.closest("[data-dialog]");
    var dialog = opener && document.getElementById(opener.dataset.dialog);
    if (dialog && dialog.showModal) {
      event.preventDefault();
      dialog.showModal();
      var field = dialog.querySelector("input:not([type=hidden]), textarea, select");
      if (field) { field.focus(); }
      return;
    }
    var close = event.target.closest("[data-close]");
    if (close) { close.closest("dialog").close(); }
    if (event.target.nodeName === "DIALOG" && event.target.open) { event.target.close(); }
  });

  /* Toasts stand in the page; here they move to the corner and leave by themselves. */
  var TOAST_MS = 8000;
  starters.push(function (root) {
    var corner = document.getElementById("toasts");
    all("[data-toast]", root).forEach(function (toast) {
      if (corner.contains(toast)) { return; }
      toast.classList.remove("mb-3");
      toast.removeAttribute("role");
      corner.append(toast);
      var timer = window.setTimeout(leave, TOAST_MS);
      function leave() { toast.remove(); }
      toast.addEventListener("focusin", function () { window.clearTimeout(timer); });
      toast.addEventListener("mouseenter", function () { window.clearTimeout(timer); });
      toast.addEventListener("mouseleave", function () { timer = window.setTimeout(leave, TOAST_MS / 2); });
    });
  });

  /* What must be put right is the first thing that is read; where no field is to blame, why it was not done. */
  function refused() {
    var answer = window.performance.getEntriesByType("navigation")[0];
    return answer && answer.responseStatus >= 400;
  }
  starters.push(function (root) {
    var summary = root.querySelector("[data-error-summary]") || root.querySelector("[data-message] [role=alert]") ||
      root === document && refused() && root.querySelector("main .notice[role=alert]");
    if (!summary || summary.closest("[data-quiet]")) { return; }
    summary.tabIndex = -1;
    summary.focus();
  });

  /* What-if: adds the ticked parts to today's points; the server does the same sum. */
  starters.push(function (root) {
    all("form[data-whatif]", root).forEach(function (form) {
      var rungs = JSON.parse(document.getElementById(form.dataset.rungs).textContent);
      var badge = form.querySelector('[data-out="grade"]'), points = form.querySelector('[data-out="points"]');
      function sum() {
        var total = all("input:checked", form).reduce(function (so, box) {
          return so + parseFloat(box.value);
        }, parseFloat(form.dataset.base));
        var rung = rungs.find(function (one) { return total >= one.from; }) || rungs[rungs.length - 1];
        badge.textContent = rung.letter;
        badge.className = "grade grade-xl grade-" + rung.place;
        badge.setAttribute("aria-label", rung.says);
        points.textContent = total.toFixed(1);
      }
      form.addEventListener("change", sum);
      sum();
    });
  });

  /* On paper every table twin is open. */
  var opened = [];
  window.addEventListener("beforeprint", function () {
    opened = all("details.twin:not([open])");
    opened.forEach(function (twin) { twin.open = true; });
  });
  window.addEventListener("afterprint", function () { opened.forEach(function (twin) { twin.open = false; }); });

  /* htmx: the token for every request, and a word when the server cannot be reached. */
  document.addEventListener("htmx:configRequest", function (event) {
    event.detail.headers["X-CSRFToken"] = token();
  });
  document.addEventListener("htmx:afterSwap", function (event) { start(event.target); });
  /* Whoever stood in a part that was replaced stands on the first thing of what took its place. */
  var stoodWithin = false;
  document.addEventListener("htmx:beforeSwap", function (event) {
    var held = document.activeElement;
    stoodWithin = held !== document.body && event.detail.target.contains(held);
  });
  document.addEventListener("htmx:afterSettle", function (event) {
    if (!stoodWithin || document.activeElement !== document.body) { return; }
    stoodWithin = false;
    var place = event.target.querySelector("a[href], button, input:not([type=hidden]), select, textarea");
    if (!place) {
      place = event.target;
      place.tabIndex = -1;
    }
    place.focus({ preventScroll: true });
  });
  ["htmx:sendError", "htmx:responseError"].forEach(function (kind) {
    document.addEventListener(kind, function (event) {
      var answer = event.detail.xhr;
      if (answer && [403, 409, 422].indexOf(answer.status) >= 0) { return; }
      var target = event.detail.elt;
      if (!target || target.querySelector(":scope > [data-broken]")) { return; }
      var note = element("p", "field-error", words.failed);
      note.dataset.broken = "1";
      note.setAttribute("role", "alert");
      target.append(note);
    });
  });

  start(document);
})();
