/* Charts. Each names its data block and has a table twin in the page. Colours come from the tokens, so that
   light, dark and print follow them; tooltips are drawn in the canvas, so that nothing needs an inline style. */
(function () {
  "use strict";
  if (!window.echarts) { return; }

  var probe = document.createElement("span");
  probe.hidden = true;
  document.body.appendChild(probe);
  function tok(name) {
    probe.style.color = "var(--" + name + ")";
    return getComputedStyle(probe).color;
  }
  var font = getComputedStyle(document.body).fontFamily;
  var still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;

  function grouped(value) { return Number(value).toLocaleString("en-US"); }
  function signed(value) {
    return (value > 0 ? "+" : value < 0 ? "\u2212" : "") + Math.abs(value).toFixed(1);
  }

  function base() {
    return {
      animation: !still,
      animationDuration: 300,
      textStyle: { fontFamily: font, fontSize: 12, color: tok("ink-2") },
      tooltip: {
        renderMode: "richText", backgroundColor: tok("bar"), borderWidth: 0, padding: [7, 10], confine: true,
        textStyle: { color: "#fff", fontSize: 12, fontFamily: font }
      },
      grid: { left: 8, right: 16, top: 16, bottom: 8, containLabel: true }
    };
  }
  function axis(extra) {
    return Object.assign({
      axisLine: { lineStyle: { color: tok("line-2") } },
      axisTick: { show: false },
      axisLabel: { color: tok("ink-2"), fontSize: 12 },
      splitLine: { lineStyle: { color: tok("line") } }
    }, extra);
  }

  /* In which row above a chart the name of each line stands, so that no two cover each other on a narrow screen. */
  function inRows(lines, pixelsEach) {
    var ends = [], of = lines.map(function () { return 0; });
    lines.map(function (line, i) { return i; }).sort(function (a, b) {
      return lines[a].at - lines[b].at;
    }).forEach(function (i) {
      var middle = lines[i].at * pixelsEach, half = lines[i].name.length * 3.5 + 3, row = 0;
      while (row < ends.length && ends[row] > middle - half) { row += 1; }
      ends[row] = middle + half;
      of[i] = row;
    });
    return { of: of, count: ends.length };
  }

  var make = {
    /* Solid is now, the tick is then. */
    distribution: function (d) {
      var o = base();
      o.grid.top = 34;
      o.tooltip.trigger = "axis";
      o.tooltip.axisPointer = { type: "none" };
      o.tooltip.formatter = function (points) {
        var i = points[0].dataIndex;
        return d.labels[i] + "  " + grouped(d.now[i]) + (d.then ? "\n" + d.words.then + "  " + grouped(d.then[i]) : "");
      };
      o.xAxis = axis({
        type: "category", data: d.labels, axisLabel: { color: tok("ink"), fontSize: 13, fontWeight: 600 }
      });
      o.yAxis = axis({ type: "value", axisLabel: { show: false }, splitLine: { show: false } });
      o.series = [{
        type: "bar", barWidth: "62%",
        data: d.now.map(function (value, i) {
          var place = "g" + d.places[i];
          return { value: value, itemStyle: {
            color: tok(place), borderColor: tok(place + "-edge"), borderWidth: 1,
            borderType: place === "g0" ? "dashed" : "solid", borderRadius: [2, 2, 0, 0]
          } };
        }),
        label: {
          show: true, position: "top", color: tok("ink"), fontSize: 12, lineHeight: 15, distance: d.then ? 7 : 4,
          formatter: function (p) { return grouped(p.value) + "\n{share|" + d.share[p.dataIndex] + "}"; },
          rich: { share: { color: tok("ink-3"), fontSize: 11 } }
        }
      }];
      if (d.then) {
        o.series.push({
          type: "custom", silent: true, z: 5,
          data: d.then.map(function (value, i) { return [i, value]; }),
          renderItem: function (params, api) {
            var at = api.coord([api.value(0), api.value(1)]), half = api.size([1, 0])[0] * 0.36;
            return {
              type: "line", shape: { x1: at[0] - half, y1: at[1], x2: at[0] + half, y2: at[1] },
              style: { stroke: tok("ink"), lineWidth: 2 }
            };
          }
        });
      }
      return o;
    },

    /* Rises above, falls below. */
    moves: function (d) {
      var o = base(), last = d.labels.length - 1;
      var most = Math.max.apply(null, d.up.concat(d.down, [1]));
      o.grid.top = 24;
      o.tooltip.trigger = "axis";
      o.tooltip.axisPointer = { type: "none" };
      o.tooltip.formatter = function (points) {
        var i = points[0].dataIndex;
        return d.labels[i] + "\n" + d.words.up + " " + grouped(d.up[i]) + "   " + d.words.down + " " + grouped(d.down[i]);
      };
      o.xAxis = axis({
        type: "category", data: d.labels, axisLabel: { color: tok("ink-3"), fontSize: 11, interval: "auto" },
        axisLine: { onZero: false, lineStyle: { color: tok("line-2") } }
      });
      o.yAxis = axis({
        type: "value", max: Math.ceil(most * 1.15), min: -Math.ceil(Math.max.apply(null, d.down.concat([1])) * 1.3),
        axisLabel: { color: tok("ink-3"), hideOverlap: true, showMinLabel: false, showMaxLabel: false,
          formatter: function (value) { return grouped(Math.abs(value)); } }
      });
      o.series = [["up", "ch-up", 1, "top", "\u25B2 "], ["down", "ch-down", -1, "bottom", "\u25BC "]].map(function (way) {
        return {
          name: d.words[way[0]], type: "bar", stack: "moves", barWidth: "58%", itemStyle: { color: tok(way[1]) },
          data: d[way[0]].map(function (value, i) {
            return { value: value * way[2], label: {
              show: i === last, position: way[3], color: tok("ink"), fontWeight: 600, formatter: way[4] + grouped(value)
            } };
          })
        };
      });
      return o;
    },

    /* How each part divides, the whole width for each. */
    stacked: function (d, width) {
      var o = base(), names = width < 480 ? 84 : 150;
      var totals = d.parts.map(function (_name, i) {
        return d.series.reduce(function (sum, one) { return sum + one.counts[i]; }, 0) || 1;
      });
      o.grid.top = 30;
      o.legend = { top: 0, left: 0, itemWidth: 12, itemHeight: 12, textStyle: { color: tok("ink-2"), fontSize: 12 } };
      o.tooltip.trigger = "item";
      o.tooltip.formatter = function (p) {
        return p.name + "\n" + p.seriesName + "  " + grouped(d.series[p.seriesIndex].counts[p.dataIndex]) +
          "  " + (100 * p.value).toFixed(1) + "%";
      };
      o.xAxis = axis({ type: "value", max: 1, axisLabel: { show: false }, splitLine: { show: false } });
      o.yAxis = axis({
        type: "category", inverse: true, data: d.parts,
        axisLabel: { color: tok("ink"), fontSize: 12, width: names, overflow: "truncate" }
      });
      o.series = d.series.map(function (one) {
        return {
          name: one.name, type: "bar", stack: "parts", barMaxWidth: 22,
          itemStyle: {
            color: tok(one.tone), opacity: one.opacity, borderWidth: 1,
            borderColor: one.tone === "g0" ? tok("g0-edge") : tok("surface")
          },
          data: one.counts.map(function (count, i) { return count / totals[i]; })
        };
      });
      return o;
    },

    /* What is taken to the left, what is given to the right. */
    diverging: function (d, width) {
      var o = base(), names = width < 480 ? 96 : 190;
      o.grid.top = 30;
      o.grid.right = 56;
      o.legend = { top: 0, left: 0, itemWidth: 12, itemHeight: 12, textStyle: { color: tok("ink-2"), fontSize: 12 } };
      o.tooltip.trigger = "item";
      o.tooltip.formatter = function (p) { return p.name + "\n" + p.seriesName + "  " + grouped(Math.abs(p.value)); };
      o.xAxis = axis({
        type: "value",
        axisLabel: { color: tok("ink-3"), fontSize: 11, hideOverlap: true, formatter: function (value) {
          return grouped(Math.abs(value));
        } }
      });
      o.yAxis = axis({
        type: "category", inverse: true, data: d.parts, axisLine: { onZero: false, lineStyle: { color: tok("line-2") } },
        axisLabel: { color: tok("ink"), fontSize: 12, width: names, overflow: "break" }
      });
      o.series = [["left", "ch-down", -1], ["right", "ch-up", 1]].map(function (way) {
        return {
          name: d.words[way[0]], type: "bar", stack: "both", barMaxWidth: 20, itemStyle: { color: tok(way[1]) },
          data: d[way[0]].map(function (value) { return value * way[2]; })
        };
      });
      return o;
    },

    /* From the base through signed parts to the total, with the limits of the grades. */
    waterfall: function (d, width) {
      var o = base(), run = 0, under = [], bars = [], names = width < 480 ? 110 : 150;
      var rows = inRows(d.lines, (width - names - 72) / (d.max - d.min));
      d.steps.forEach(function (step) {
        if (step.total) {
          run = step.value;
          under.push(d.min);
          bars.push({ value: step.value - d.min, itemStyle: { color: tok("ch-base") }, tag: step.value.toFixed(1) });
        } else {
          under.push(Math.min(run, run + step.value));
          run += step.value;
          bars.push({
            value: Math.abs(step.value), itemStyle: { color: tok(step.value > 0 ? "ch-up" : "ch-down") },
            tag: signed(step.value)
          });
        }
      });
      o.grid = { left: 8, right: 56, top: 12 + 14 * Math.max(1, rows.count), bottom: 4, containLabel: true };
      o.tooltip.trigger = "item";
      o.tooltip.formatter = function (p) { return p.name + "  " + p.data.tag; };
      o.yAxis = axis({
        type: "category", inverse: true, data: d.steps.map(function (step) { return step.name; }),
        axisLabel: { color: tok("ink"), fontSize: 12, lineHeight: 15, width: names, overflow: "break" },
        axisLine: { show: false }
      });
      o.xAxis = axis({
        type: "value", min: d.min, max: d.max, axisLabel: { show: false }, splitLine: { show: false },
        axisLine: { show: false }
      });
      o.series = [
        { type: "bar", stack: "sum", silent: true, itemStyle: { color: "transparent" }, data: under },
        {
          type: "bar", stack: "sum", barWidth: 15, data: bars, z: 3,
          label: {
            show: true, position: "right", color: tok("ink"), fontWeight: 600, backgroundColor: tok("surface"),
            padding: [1, 3], formatter: function (p) { return p.data.tag; }
          },
          markLine: {
            symbol: "none", silent: true, z: 1, lineStyle: { color: tok("ink-3"), type: [4, 3], width: 1 },
            data: d.lines.map(function (line, i) {
              return { xAxis: line.at, name: line.name, label: {
                position: "start", distance: 4 + 14 * rows.of[i], backgroundColor: tok("surface"), color: tok("ink-2"), fontSize: 11, formatter: line.name
              } };
            })
          }
        }
      ];
      return o;
    },

    /* From the grades on the left to those on the right; who stays is grey. */
    flow: function (d, width) {
      var o = base(), narrow = width < 480, names = {};
      d.nodes.forEach(function (node) { names[node.id] = node; });
      o.tooltip.trigger = "item";
      o.tooltip.formatter = function (p) {
        if (p.dataType !== "edge") { return d.labels[names[p.name].left ? 0 : 1] + "  " + names[p.name].name + "  " + grouped(names[p.name].count); }
        return names[p.data.source].name + " \u2192 " + names[p.data.target].name + "  " + grouped(p.value);
      };
      o.series = [{
        type: "sankey", left: narrow ? 66 : 92, right: narrow ? 66 : 92, top: 8, bottom: 8, nodeWidth: 12, nodeGap: 10,
        layoutIterations: 0, draggable: false, emphasis: { focus: "adjacency" },
        data: d.nodes.map(function (node) {
          return {
            name: node.id, depth: node.left ? 0 : 1,
            itemStyle: { color: tok("g" + node.place), borderColor: tok("g" + node.place + "-edge"), borderWidth: 1 },
            label: {
              position: node.left ? "left" : "right", formatter: "{name|" + node.name + "} " + grouped(node.count),
              color: tok("ink-2"), fontSize: 12, rich: { name: { color: tok("ink"), fontWeight: 700, fontSize: 14 } }
            }
          };
        }),
        links: d.links.map(function (link) {
          return {
            source: link.from, target: link.to, value: link.count,
            lineStyle: {
              color: tok(link.way > 0 ? "ch-up" : link.way < 0 ? "ch-down" : "ch-base"), opacity: link.way ? 0.6 : 0.25,
              curveness: 0.5
            }
          };
        })
      }];
      return o;
    },

    /* A field of cells: rust for what falls, blue for what rises, darker for more. */
    heat: function (d, width) {
      var o = base(), most = {}, names = Math.min(width < 480 ? 110 : 260, width * 0.42);
      d.cells.forEach(function (cell) { most[cell.sign] = Math.max(most[cell.sign] || 0, cell.value); });
      o.tooltip.trigger = "item";
      o.tooltip.formatter = function (p) { return d.rows[p.value[1]] + "  " + d.columns[p.value[0]] + "  " + p.data.says; };
      o.grid = { left: 8, right: 8, top: 8, bottom: 8, containLabel: true };
      o.xAxis = axis({
        type: "category", data: d.columns, position: "top", splitLine: { show: false }, axisLine: { show: false },
        axisLabel: { color: tok("ink"), fontSize: 12, interval: 0, hideOverlap: false, width: Math.max(30, (width - names) / d.columns.length), overflow: "break" }
      });
      o.yAxis = axis({
        type: "category", inverse: true, data: d.rows, axisLine: { show: false }, splitLine: { show: false },
        axisLabel: { color: tok("ink"), fontSize: 12, width: names, overflow: "truncate" }
      });
      o.series = [{
        type: "custom",
        data: d.cells.map(function (cell) { return { value: [cell.at[0], cell.at[1], cell.value], says: cell.says }; }),
        renderItem: function (params, api) {
          var cell = d.cells[params.dataIndex], at = api.coord([api.value(0), api.value(1)]), size = api.size([1, 1]);
          var share = most[cell.sign] ? Math.sqrt(cell.value / most[cell.sign]) : 0;
          return {
            type: "group", children: [{
              type: "rect",
              shape: { x: at[0] - size[0] / 2 + 1, y: at[1] - size[1] / 2 + 1, width: size[0] - 2, height: size[1] - 2, r: 3 },
              style: {
                fill: tok(cell.sign > 0 ? "ch-up" : cell.sign < 0 ? "ch-down" : "ch-base"),
                opacity: cell.value ? (cell.sign ? 0.12 + 0.5 * share : 0.25) : 0.06
              }
            }, {
              type: "text", silent: true,
              style: {
                text: cell.value ? cell.says : "\u00B7", x: at[0], y: at[1], textAlign: "center", textVerticalAlign: "middle",
                fill: tok("ink"), fontSize: size[0] < 44 ? 10 : 12, fontFamily: font
              }
            }]
          };
        }
      }];
      return o;
    },

    /* A score as steps on the bands of the grades, with numbered events. */
    history: function (d) {
      var o = base();
      o.grid = { left: 8, right: 46, top: 18, bottom: 6, containLabel: true };
      o.tooltip.trigger = "item";
      o.tooltip.formatter = function (p) { return p.data.tip || ""; };
      o.xAxis = axis({
        type: "time", min: d.from, max: d.to, splitLine: { show: false },
        axisLabel: { color: tok("ink-3"), fontSize: 11, hideOverlap: true, formatter: function (value) {
          var day = new Date(value), month = day.getMonth();
          if (!d.months) { return day.getFullYear() + "-" + String(month + 1).padStart(2, "0"); }
          return d.months[month] + (month === 0 ? "\n" + day.getFullYear() : "");
        } }
      });
      o.yAxis = axis({
        type: "value", min: d.low, max: d.high, axisLabel: { color: tok("ink-3"), fontSize: 11 },
        splitLine: { show: false }
      });
      var limits = d.bands.slice(1).map(function (band) { return { yAxis: band.from }; });
      o.series = [{
        type: "line", step: "end", data: d.points, symbol: "none", silent: true,
        lineStyle: { color: tok("ink"), width: 2 },
        markArea: { silent: true, data: d.bands.map(function (band) {
          return [{
            yAxis: band.from, name: band.letter, itemStyle: { color: tok("g" + band.place), opacity: 0.22 },
            label: { position: "insideRight", offset: [34, 0], color: tok("ink"), fontWeight: 600, fontSize: 13 }
          }, { yAxis: band.to }];
        }) },
        markLine: {
          silent: true, symbol: "none", data: limits, label: { show: false },
          lineStyle: { color: tok("surface"), width: 1, type: "solid" }
        }
      }, {
        type: "scatter", symbol: "circle", symbolSize: 19, z: 6,
        data: d.events.map(function (event) {
          return {
            value: [event.at, event.y], tip: event.tip,
            label: { show: true, formatter: event.n, color: tok("surface"), fontSize: 11, fontWeight: 700 },
            itemStyle: { opacity: 1, color: tok(event.up ? "ch-up" : "ch-down"), borderColor: tok("surface"), borderWidth: 2 }
          };
        })
      }];
      if (d.forecast.length) {
        o.series.push({
          type: "line", step: "end", data: d.forecast, symbol: "none", silent: true,
          lineStyle: { color: tok("ink-2"), width: 2, type: [3, 4] }
        });
      }
      if (d.today) {
        limits.push({
          xAxis: d.today, name: d.words.today,
          label: {
            show: true, formatter: d.words.today, position: "insideEndTop", rotate: 0, distance: [0, -8],
            align: "right", color: tok("ink-2"), fontSize: 11
          },
          lineStyle: { color: tok("ink-3"), type: "solid", width: 1 }
        });
      }
      return o;
    }
  };

  function begin(root) {
    root.querySelectorAll("[data-chart]").forEach(function (place) {
      if (place.dataset.drawn) { return; }
      place.dataset.drawn = "1";
      var data = JSON.parse(document.getElementById(place.dataset.src).textContent);
      var chart = window.echarts.init(place, null, { renderer: "canvas" });
      var width = place.clientWidth;
      function draw() { chart.setOption(make[place.dataset.chart](data, width), true); }
      draw();
      new ResizeObserver(function () {
        chart.resize();
        /* Where names stand depends on the width. */
        if (place.clientWidth !== width) { width = place.clientWidth; draw(); }
      }).observe(place);
      /* Paper is always light. */
      var page = document.documentElement, theme;
      window.addEventListener("beforeprint", function () {
        theme = page.dataset.printedFrom || page.dataset.bsTheme;
        page.dataset.printedFrom = theme;
        page.dataset.bsTheme = "light";
        draw();
      });
      window.addEventListener("afterprint", function () {
        page.dataset.bsTheme = theme;
        delete page.dataset.printedFrom;
        draw();
      });
    });
  }
  begin(document);
  document.addEventListener("htmx:afterSwap", function (event) { begin(event.target); });
})();
