// The Playground's face: controls, and a canvas drawn from the frames that the kernel sends
// (playground.py says what is in them). Frames are asked for a dozen at a time: every message to the
// kernel makes JupyterLab repaint its signs for busy and idle, which costs more than a frame.

const ORANGE = [230, 159, 0], PALE = [244, 244, 244], BLUE = [0, 114, 178];
const INK = "#26323A", GREY = "#7F7F7F";
const WIDTH = 900, HEIGHT = 430, UNIT = 38, BIG = 250, FRAMES = 12;

// 256 colours from orange through pale to blue, for the bytes of a picture; as little-endian RGBA.
const COLOURS = Uint32Array.from({ length: 256 }, (_, i) => {
  const to = i < 128 ? ORANGE : BLUE, far = Math.abs(i - 127.5) / 127.5;
  const [red, green, blue] = PALE.map((pale, channel) => Math.round(pale + far * (to[channel] - pale)));
  return (255 << 24 | blue << 16 | green << 8 | red) >>> 0;
});
const css = (colour, alpha = 1) => `rgba(${colour.join(",")},${alpha})`;

function picture(bytes, side) {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = side;
  const pixels = Uint32Array.from(bytes, (byte) => COLOURS[byte]);
  canvas.getContext("2d").putImageData(new ImageData(new Uint8ClampedArray(pixels.buffer), side), 0, 0);
  return canvas;
}

function element(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

function render({ model, el }) {
  const send = (what, more = {}) => model.send({ do: what, ...more });
  const change = (name, value) => { model.set(name, value); model.save_changes(); };
  const choices = model.get("choices");
  let points = null, edge = 6, inTraining = 0, frame = null, running = false, losses = [], drawn = [];
  let patience = null, due = 0, received = 0, told = 0, dots = null, shown = "answer";

  // --- controls: native elements, so that the keyboard and screen readers know them ---------
  const labelled = (text, control, extra = "") =>
    element("label", { className: "playground-label" }, element("span", { textContent: text }), control, extra);

  const menu = (name, text) => {
    const select = element("select", { onchange: () => change(name, choices[name][select.selectedIndex]) },
      ...choices[name].map((value) => element("option", { textContent: value })));
    const update = () => { select.selectedIndex = choices[name].indexOf(model.get(name)); };
    model.on(`change:${name}`, update);
    update();
    return labelled(text, select);
  };

  const slider = (name, text, min, max, step, unit = "") => {
    const input = element("input", { type: "range", min, max, step });
    const output = element("output");
    const update = () => { input.value = model.get(name); output.textContent = model.get(name) + unit; };
    input.oninput = () => { output.textContent = input.value + unit; };
    input.onchange = () => change(name, Number(input.value));
    model.on(`change:${name}`, update);
    update();
    return labelled(text, input, output);
  };

  const button = (text, onclick, title) => element("button", { type: "button", textContent: text, onclick, title });
  const run = button("▶ Run", () => setRunning(!running), "Train until you press Pause");
  const step = button("Step", () => { setRunning(false); send("step"); }, "One epoch");
  const reset = button("Reset", () => { setRunning(false); send("reset"); }, "New random weights");
  const reseed = button("Other seed", () => change("seed", model.get("seed") + 1), "Other points, other first weights");

  const features = element("fieldset", {}, element("legend", { textContent: "Features" }));
  for (const name of choices.features) {
    const box = element("input", { type: "checkbox" });
    box.onchange = () => {
      const kept = choices.features.filter((other) => other === name ? box.checked : model.get("features").includes(other));
      if (kept.length) change("features", kept); else box.checked = true;       // a network must see something
    };
    const update = () => { box.checked = model.get("features").includes(name); };
    model.on("change:features", update);
    update();
    features.append(element("label", {}, box, name));
  }

  const layers = element("fieldset", {}, element("legend", { textContent: "Hidden layers" }));
  const drawLayers = () => {
    const hidden = model.get("hidden");
    const inputs = hidden.map((units, i) => {
      const input = element("input", { type: "number", min: 1, max: choices.most_units, value: units,
                                       ariaLabel: `units in hidden layer ${i + 1}` });
      input.onchange = () => {
        const wanted = Math.max(1, Math.min(choices.most_units, Math.round(input.value) || 1));
        change("hidden", hidden.map((old, j) => j === i ? wanted : old));
      };
      return input;
    });
    const fewer = button("−", () => change("hidden", hidden.slice(0, -1)), "One layer less");
    const more = button("+", () => change("hidden", [...hidden, 2]), "One layer more");
    fewer.disabled = !hidden.length;
    more.disabled = hidden.length >= choices.most_layers;
    layers.replaceChildren(layers.firstChild, fewer, ...inputs, more);
  };
  model.on("change:hidden", drawLayers);
  drawLayers();

  const look = element("select", { onchange: () => { shown = look.value; draw(); } });
  const testPoints = element("input", { type: "checkbox", checked: true, onchange: () => { dots = null; draw(); } });
  const status = element("div", { className: "playground-status" });
  const rate = element("span", { className: "playground-frames" });
  const canvas = element("canvas", { className: "playground-canvas", role: "img" });
  el.classList.add("playground");
  el.dataset.lmSuppressShortcuts = "true";        // keys are for the controls here: no shortcuts,
  el.addEventListener("keydown", (event) => event.stopPropagation());     // and no jump to a cell
  el.append(
    element("div", { className: "playground-row" }, run, step, reset, reseed,
      menu("data_set", "Data"), menu("activation", "Activation"), menu("learning_rate", "Learning rate"),
      menu("regularisation", "Regularisation"), menu("rate", "Rate")),
    element("div", { className: "playground-row" },
      slider("noise", "Noise", 0, 0.5, 0.05), slider("batch_size", "Batch size", 1, 100, 1),
      slider("train_percent", "For training", 10, 90, 10, " %")),
    element("div", { className: "playground-row" }, features, layers),
    canvas,
    element("div", { className: "playground-row" }, labelled("Large picture", look),
      element("label", {}, testPoints, "test points"), rate),
    status);

  // --- running: ask, draw, ask again --------------------------------------------------------
  function setRunning(wanted) {
    running = wanted;
    run.textContent = running ? "❚❚ Pause" : "▶ Run";
    drawn = [];
    received = 0;
    if (!running) rate.textContent = "";
    clearTimeout(patience);
    if (running) ask(); else send("pause");
  }

  function ask() {
    if (!running || !el.isConnected) return;
    send("train", { frames: FRAMES });
    wait();
  }

  function wait() {
    clearTimeout(patience);
    patience = setTimeout(() => {
      warn("Waiting for the kernel: it is busy with another cell, or has ended.");
    }, 2000);
  }

  model.on("msg:custom", (message, buffers) => {
    const bytes = buffers.map((buffer) => new Uint8Array(buffer.buffer ?? buffer, buffer.byteOffset ?? 0, buffer.byteLength));
    const floats = (array) => new Float32Array(array.slice().buffer);
    if (message.kind === "points") {
      points = floats(bytes[0]); edge = message.edge; inTraining = message.train; losses = message.losses; dots = null;
    } else if (message.kind === "error") {
      setRunning(false);
      warn(message.text);
    } else {
      clearTimeout(patience);
      const side = message.grid / 2, units = bytes[1].length / side ** 2;
      frame = { ...message, weights: floats(bytes[2]), answer: picture(bytes[0], message.grid),
                units: Array.from({ length: units }, (_, i) => picture(bytes[1].subarray(i * side ** 2, (i + 1) * side ** 2), side)) };
      if (!losses.length || frame.epochs < losses.at(-1)[0]) losses = [];
      if (!frame.diverged) losses.push([frame.epochs, frame.train_loss, frame.test_loss]);
      if (losses.length > 1200) losses = losses.filter((_, i) => i % 2 === 0 || i === losses.length - 1);
      if (frame.diverged) {
        setRunning(false);
        warn("The weights have grown beyond all bounds. Lower the learning rate, then Reset.");
      }
      cancelAnimationFrame(due);
      due = requestAnimationFrame(() => { draw(); countFrames(); });
      if (running) wait();
      received += 1;
      if (received % FRAMES === FRAMES / 2) ask();
    }
  });

  function countFrames() {
    if (!running) return;
    const now = performance.now();
    drawn = [...drawn.filter((then) => now - then < 2000), now];
    if (now - told < 500) return;
    told = now;                 // words change twice a second: each change lays the page out anew
    if (drawn.length > 10) rate.textContent = `${Math.round(1000 * (drawn.length - 1) / (now - drawn[0]))} frames a second`;
    tell();
  }

  function tell() {
    if (frame.diverged) return;
    const text = `Epoch ${Math.floor(frame.epochs)}: loss ${frame.train_loss.toFixed(3)} on training, `
      + `${frame.test_loss.toFixed(3)} on test points; ${(100 * frame.test_accuracy).toFixed(1)} % of the test points right; `
      + `${frame.size} weights and biases.`;
    canvas.ariaLabel = status.textContent = text;
    status.role = null;
  }

  function warn(text) {
    status.textContent = text;
    status.role = "alert";      // a screen reader says it at once; figures it reads when asked
  }

  // --- drawing ------------------------------------------------------------------------------
  const name = (layer, unit) => layer === 0 ? model.get("features")[unit] : `layer ${layer}, unit ${unit + 1}`;

  function draw() {
    if (!frame || !points) return;
    const sharp = window.devicePixelRatio || 1;
    if (canvas.width !== WIDTH * sharp) { canvas.width = WIDTH * sharp; canvas.height = HEIGHT * sharp; dots = null; }
    const pen = canvas.getContext("2d");
    pen.setTransform(sharp, 0, 0, sharp, 0, 0);
    pen.fillStyle = "white";
    pen.fillRect(0, 0, WIDTH, HEIGHT);
    pen.font = "12px sans-serif";
    drawNetwork(pen);
    drawLarge(pen, WIDTH - BIG - 14, 26);
    drawLosses(pen, WIDTH - BIG - 14, 26 + BIG + 26, BIG, HEIGHT - BIG - 76);
    if (!running) tell();
    const options = ["answer", ...frame.units.keys()].map(String);
    if (look.options.length !== options.length || look.dataset.widths !== `${frame.widths}`) {
      look.dataset.widths = `${frame.widths}`;
      const names = frame.widths.slice(0, -1).flatMap((width, layer) => Array.from({ length: width }, (_, unit) => name(layer, unit)));
      look.replaceChildren(...options.map((value, i) => element("option", { value, textContent: i ? names[i - 1] : "the answer" })));
      shown = look.value = "answer";
    }
  }

  function drawNetwork(pen) {
    const widths = frame.widths, right = WIDTH - BIG - 14 - 60, left = 66;
    const x = (layer) => left + layer * (right - left) / (widths.length - 1);
    const y = (layer, unit) => HEIGHT / 2 + (unit - (widths[layer] - 1) / 2) * Math.min(50, (HEIGHT - 50) / Math.max(...widths));
    let weight = 0;
    pen.lineCap = "round";
    for (let layer = 0; layer + 1 < widths.length; layer++) {
      for (let from = 0; from < widths[layer]; from++) {
        for (let to = 0; to < widths[layer + 1]; to++) {
          const w = frame.weights[weight++], x0 = x(layer) + UNIT / 2, x1 = x(layer + 1) - UNIT / 2;
          pen.strokeStyle = css(w > 0 ? BLUE : ORANGE, 0.85);
          pen.lineWidth = Math.min(0.4 + 1.6 * Math.abs(w), 8);
          pen.beginPath();
          pen.moveTo(x0, y(layer, from));
          pen.bezierCurveTo((x0 + x1) / 2, y(layer, from), (x0 + x1) / 2, y(layer + 1, to), x1, y(layer + 1, to));
          pen.stroke();
        }
      }
    }
    let unit = 0;
    widths.forEach((width, layer) => {
      for (let i = 0; i < width; i++) {
        const last = layer === widths.length - 1, image = last ? frame.answer : frame.units[unit];
        const chosen = shown === (last ? "answer" : String(unit));
        pen.drawImage(image, x(layer) - UNIT / 2, y(layer, i) - UNIT / 2, UNIT, UNIT);
        pen.strokeStyle = chosen ? INK : GREY;
        pen.lineWidth = chosen ? 2.5 : 1;
        pen.strokeRect(x(layer) - UNIT / 2, y(layer, i) - UNIT / 2, UNIT, UNIT);
        if (layer === 0) {
          pen.fillStyle = INK; pen.textAlign = "right"; pen.textBaseline = "middle";
          pen.fillText(model.get("features")[i] ?? "", x(0) - UNIT / 2 - 6, y(0, i));
        }
        unit += 1;
      }
    });
    pen.fillStyle = INK; pen.textAlign = "center"; pen.textBaseline = "alphabetic";
    widths.forEach((_, layer) => pen.fillText(
      layer === 0 ? "features" : layer === widths.length - 1 ? "answer" : `layer ${layer}`, x(layer), 16));
  }

  function drawLarge(pen, left, top) {
    const answer = shown === "answer";
    pen.imageSmoothingEnabled = true;
    pen.globalAlpha = answer ? 0.65 : 1;
    pen.drawImage(answer ? frame.answer : frame.units[Number(shown)], left, top, BIG, BIG);
    pen.globalAlpha = 1;
    dots ??= drawPoints(pen.getTransform().a);
    pen.drawImage(dots, left, top, BIG, BIG);
    pen.fillStyle = INK; pen.textAlign = "left"; pen.textBaseline = "alphabetic";
    pen.fillText(answer ? "the answer" : look.selectedOptions[0].textContent, left, 16);
  }

  // All points as one picture: they change far more seldom than the network.
  function drawPoints(sharp) {
    const layer = document.createElement("canvas");
    layer.width = layer.height = BIG * sharp;
    const pen = layer.getContext("2d");
    pen.scale(sharp, sharp);
    for (let i = 0; i < points.length / 3; i++) {
      const test = i >= inTraining;
      if (test && !testPoints.checked) continue;
      pen.beginPath();
      pen.arc((points[3 * i] / edge + 1) * BIG / 2, (1 - points[3 * i + 1] / edge) * BIG / 2, 3, 0, 2 * Math.PI);
      pen.fillStyle = css(points[3 * i + 2] ? BLUE : ORANGE);
      pen.fill();
      pen.strokeStyle = test ? INK : "white";
      pen.lineWidth = 0.8;
      pen.stroke();
    }
    return layer;
  }

  function drawLosses(pen, left, top, width, height) {
    const most = Math.max(...losses.map((row) => Math.max(row[1], row[2])), 0.1), last = losses.at(-1)?.[0] || 1;
    pen.strokeStyle = "#8A949B"; pen.lineWidth = 1;
    pen.beginPath(); pen.moveTo(left, top); pen.lineTo(left, top + height); pen.lineTo(left + width, top + height); pen.stroke();
    for (const [column, colour] of [[1, GREY], [2, INK]]) {
      pen.strokeStyle = colour; pen.lineWidth = 1.6;
      pen.beginPath();
      losses.forEach((row) => pen.lineTo(left + width * row[0] / last, top + height * (1 - row[column] / most)));
      pen.stroke();
    }
    pen.textBaseline = "alphabetic"; pen.textAlign = "left";
    pen.fillStyle = INK; pen.fillText(`loss, 0 to ${most.toFixed(2)} nats`, left, top - 6);
    pen.fillText(`epoch ${Math.floor(last)}`, left, top + height + 16);
    pen.textAlign = "right";
    pen.fillText("test", left + width, top - 6);
    pen.fillStyle = GREY; pen.fillText("train", left + width - 30, top - 6);
  }

  send("hello");
  wait();
  return () => { running = false; clearTimeout(patience); };
}

export default { render };
