// Turns the page into a running conversation: posts in the background and appends the exchange. Whatever fails, the
// form is sent as it would be without this script.
(() => {
  "use strict";
  const PATIENCE = 20000; // milliseconds
  const main = document.querySelector("main");
  const log = main.querySelector(".log");
  let busy = false;
  let number = 0;
  // Where keys are on the screen, Enter is wanted for new lines.
  const keyboard = matchMedia("(pointer: fine)").matches;

  // Ids and what points to them, made this exchange's own.
  const numbered = (exchange) => {
    number += 1;
    for (const name of ["id", "for", "aria-labelledby", "aria-describedby"]) {
      for (const each of exchange.querySelectorAll(`[${name}]`)) each.setAttribute(name, `${each.getAttribute(name)}-${number}`);
    }
    for (const link of exchange.querySelectorAll('a[href^="#"]')) link.setAttribute("href", `${link.getAttribute("href")}-${number}`);
    return exchange;
  };

  const show = (html) => {
    const page = new DOMParser().parseFromString(html, "text/html");
    const exchange = numbered(page.querySelector(".exchange"));
    const ask = page.querySelector(".ask");
    for (const old of main.querySelectorAll(".start, .ask")) old.remove();
    // Only the last answer is a landmark; before it there are headings to go by.
    for (const old of log.querySelectorAll(".answer, .form")) {
      old.removeAttribute("aria-labelledby");
      old.removeAttribute("aria-label");
    }
    log.append(exchange);
    if (ask) main.append(ask);
    document.title = page.title;
    hint();
    const answer = exchange.querySelector('[tabindex="-1"]');
    answer.focus({ preventScroll: true });
    answer.scrollIntoView({ block: "start" });
  };

  const hint = () => {
    for (const each of main.querySelectorAll(".hint")) each.hidden = !keyboard;
  };

  const post = async (form, button) => {
    const body = new URLSearchParams(new FormData(form));
    if (button?.name) body.append(button.name, button.value);
    const answer = await fetch(form.action, { method: "POST", body, signal: AbortSignal.timeout(PATIENCE) });
    show(await answer.text());
  };

  main.addEventListener("submit", (event) => {
    const { target: form, submitter } = event;
    if (form.dataset.plain) return;
    event.preventDefault();
    if (busy) return;
    busy = true;
    post(form, submitter)
      .catch(() => {
        form.dataset.plain = "yes";
        form.requestSubmit(submitter);
      })
      .finally(() => {
        busy = false;
      });
  });

  main.addEventListener("keydown", (event) => {
    const form = event.target.closest("form[data-asks]");
    if (!form || !keyboard || event.target.tagName !== "TEXTAREA") return;
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    form.requestSubmit();
  });

  hint();
})();
