"use strict";
(() => {
  const data = JSON.parse(document.getElementById("driftline-data").textContent);
  const settings = {
    responsive: true,
    displaylogo: false,
    showSendToCloud: false,
    plotlyServerURL: "",
    modeBarButtonsToRemove: ["select2d", "lasso2d", "autoScale2d"],
  };
  const paperWidth = 680;
  const number = (value) => value.toLocaleString("en-US");
  const counted = (value, noun) => number(value) + " " + noun + (value === 1 ? "" : "s");
  // A finger on a chart means to scroll the page.
  const touch = window.matchMedia("(pointer: coarse)").matches;

  for (const [id, figure] of Object.entries(data.figures)) {
    if (touch) figure.layout.dragmode = false;
    Plotly.newPlot(id, figure.data, figure.layout, settings);
  }

  for (const key of document.querySelectorAll("button.key")) {
    key.addEventListener("click", () => {
      const visible = key.getAttribute("aria-pressed") !== "true";
      key.setAttribute("aria-pressed", String(visible));
      Plotly.restyle(key.dataset.chart, { visible }, [Number(key.dataset.trace)]);
    });
  }

  // Paper has another width than the window, and no resize event says so.
  const charts = () => Object.keys(data.figures);
  window.addEventListener("beforeprint", () => {
    for (const id of charts()) Plotly.relayout(id, { autosize: false, width: paperWidth });
  });
  window.addEventListener("afterprint", () => {
    for (const id of charts()) Plotly.relayout(id, { autosize: true, width: null });
  });

  if (data.histories.length === 0) return;
  const choosePolicy = document.getElementById("choose-policy");
  const chooseChain = document.getElementById("choose-chain");
  const previous = document.getElementById("previous-chain");
  const next = document.getElementById("next-chain");
  const policy = () => data.histories[choosePolicy === null ? 0 : Number(choosePolicy.value)];
  // Kept when the policy changes: the same chain under another policy is what one wants to compare.
  let chain = null;
  const trendNames = ["stable", "degrading", "improving"];

  const fill = (wanted) => {
    const chains = policy().chains;
    chooseChain.replaceChildren(...chains.map((history, index) =>
      new Option(history.chain + " (" + counted(history.moves.length, "move") + ")", String(index))));
    const index = chains.findIndex((history) => history.chain === wanted);
    if (chains.length > 0) chooseChain.value = String(Math.max(index, 0));
  };

  const draw = () => {
    const history = policy().chains[Number(chooseChain.value)];
    chain = history.chain;
    const scores = (values) => values.map((value) => value / data.scoreScale);
    const worst = scores(history.worst);
    const traces = data.figures.history.data;
    for (let trend = 0; trend < trendNames.length; trend += 1) {
      const chosen = [...history.slices.keys()].filter((index) => history.trend[index] === String(trend));
      traces[trend].x = chosen.map((index) => history.slices[index]);
      traces[trend].y = chosen.map((index) => worst[index]);
    }
    traces[3].x = history.slices;
    traces[3].y = scores(history.ewma);
    // Each move is a line from the axis to its diamond; the gap keeps one line from the next.
    const words = history.moves.map(([slice, evicted, target]) =>
      "slice " + slice + ": moved from node " + evicted + " to node " + target);
    traces[4].x = history.moves.flatMap(([slice]) => [slice, slice, null]);
    traces[4].y = history.moves.flatMap(() => [0, 1.05, null]);
    traces[4].text = words.flatMap((text) => [text, text, ""]);
    traces[4].marker.size = history.moves.flatMap(() => [0, 9, 0]);
    for (const key of document.querySelectorAll('button.key[data-chart="history"]')) {
      traces[Number(key.dataset.trace)].visible = key.getAttribute("aria-pressed") === "true";
    }
    Plotly.react("history", traces, data.figures.history.layout, settings);

    const last = history.slices.length - 1;
    let text = "Chain " + history.chain + ", " + policy().policy + ": " + counted(history.moves.length, "move") + ", "
      + counted(history.slices.length, "sample");
    if (last >= 0) {
      text += "; at the end EWMA " + (history.ewma[last] / data.scoreScale).toFixed(3) + ", trend "
        + trendNames[Number(history.trend[last])];
    }
    document.getElementById("chosen").textContent = text + ".";
    document.getElementById("history").setAttribute("aria-label",
      "Scatter chart: worst score over time. " + text + ".");
    document.getElementById("chosen-moves").textContent = history.moves.length === 0
      ? "This chain never moved."
      : history.moves.map(([slice, evicted, target]) => "slice " + slice + ": " + evicted + " \u2192 " + target).join(" \u00b7 ");
    previous.disabled = chooseChain.selectedIndex <= 0;
    next.disabled = chooseChain.selectedIndex >= chooseChain.options.length - 1;
  };

  const step = (distance) => {
    chooseChain.selectedIndex += distance;
    draw();
  };
  chooseChain.addEventListener("change", draw);
  previous.addEventListener("click", () => step(-1));
  next.addEventListener("click", () => step(1));
  if (choosePolicy !== null) {
    choosePolicy.addEventListener("change", () => {
      fill(chain);
      draw();
    });
  }
  fill(chain);
  draw();
})();
