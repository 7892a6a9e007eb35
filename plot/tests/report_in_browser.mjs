// What a report must do in a browser, one check a call; plot/report.bats calls it.
//
// usage: node report_in_browser.mjs CHECK FILE.html       status 0: it does; else one line on stderr
import assert from "node:assert/strict";
import { pathToFileURL } from "node:url";
import { withPage } from "./browser.mjs";

// Everything that a page can complain of: exceptions, console.error and .warn, and what the browser logs (policy, failed loads).
function complaintsOf(browser) {
    const complaints = [];
    browser.listen((method, params) => {
        if (method === "Runtime.exceptionThrown") complaints.push(params.exceptionDetails.exception?.description ?? params.exceptionDetails.text);
        if (method === "Runtime.consoleAPICalled") complaints.push(`console.${params.type}`);
        if (method === "Log.entryAdded" && params.entry.level !== "verbose") complaints.push(params.entry.text);
    });
    return complaints;
}

// The ranking as it is shown: the numbers or texts of one column from top to bottom; null where the table has no figure.
const column = (browser, heading) => browser.evaluate(`(() => {
    const table = document.getElementById("ranking-table");
    const headings = Array.from(table.tHead.rows[0].cells, (cell) => cell.textContent.trim());
    const at = headings.findIndex((text) => text.startsWith(${JSON.stringify(heading)}));
    return Array.from(table.tBodies[0].rows, (row) => {
        const { value } = row.cells[at].dataset;
        return value === undefined ? row.cells[at].textContent.trim() : value === "" ? null : Number(value);
    });
})()`);

const sortState = (browser, heading) => browser.evaluate(`Array.from(document.querySelectorAll("#ranking thead th"))
    .find((cell) => cell.textContent.trim().startsWith(${JSON.stringify(heading)})).getAttribute("aria-sort")`);

// Figures in order, then the cells that have none.
function inOrder(values, direction) {
    const known = values.filter((value) => value !== null).sort((a, b) => direction * (a - b));
    return [...known, ...values.filter((value) => value === null)];
}

async function clickHeading(browser, heading) {
    const { x, y } = await browser.evaluate(`(() => {
        const button = Array.from(document.querySelectorAll("#ranking thead th button")).find((one) => one.textContent.trim().startsWith(${JSON.stringify(heading)}));
        button.scrollIntoView({ block: "center", inline: "center" });
        const box = button.getBoundingClientRect();
        return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
    })()`);
    await browser.click(x, y);
}

const sizesOfPlots = (browser) => browser.evaluate(`Array.from(document.querySelectorAll("#plots svg"), (svg) => {
    const box = svg.getBoundingClientRect();
    return { label: svg.getAttribute("aria-label"), width: box.width, height: box.height, shapes: svg.querySelectorAll("path, circle, line, polyline, polygon, rect, text").length };
})`);

function assertPlots(plots) {
    assert.ok(plots.length > 0, "no plot in the page");
    for (const plot of plots) {
        assert.ok(plot.label, "a plot without a label");
        assert.ok(plot.width > 100 && plot.height > 100, `${plot.label}: ${plot.width} × ${plot.height}`);
        assert.ok(plot.shapes > 10, `${plot.label}: ${plot.shapes} shapes`);
    }
}

const checks = {
    "opens-without-a-complaint": async (browser, url) => {
        const complaints = complaintsOf(browser);
        await browser.go(url);
        assert.deepEqual(complaints, []);
        const page = await browser.evaluate(`({ title: document.title, lang: document.documentElement.lang, mains: document.querySelectorAll("main").length,
            uncaptioned: document.querySelectorAll("table:not(:has(caption))").length, scripts: document.scripts.length })`);
        assert.match(page.title, /^Round trips of /);
        assert.deepEqual([page.lang, page.mains, page.uncaptioned, page.scripts], ["en", 1, 0, 1]);
        // The policy must have let the script run, or the headings would be none to press.
        assert.ok(await browser.evaluate(`document.querySelectorAll("#ranking thead button").length`) > 0, "the script did not run");
    },

    "sorts-by-click": async (browser, url) => {
        await browser.go(url);
        const ranked = await column(browser, "server");
        for (const heading of ["mean", "p99", "round trips/s", "ratio", "runs"]) {
            for (const [direction, state] of [[1, "ascending"], [-1, "descending"]]) {
                await clickHeading(browser, heading);
                const values = await column(browser, heading);
                assert.deepEqual(values, inOrder(values, direction), `${heading}, ${state}`);
                assert.equal(await sortState(browser, heading), state);
            }
        }
        assert.equal(await browser.evaluate(`document.querySelectorAll("#ranking [aria-sort]").length`), 1);
        await clickHeading(browser, "group");
        assert.deepEqual(await column(browser, "server"), ranked, "sorting by group brings back the ranking");
    },

    "sorts-by-keyboard": async (browser, url) => {
        await browser.go(url);
        await browser.evaluate(`document.querySelector("#ranking thead th button").focus()`);
        const focused = () => browser.evaluate(`document.activeElement.textContent.trim()`);
        for (let i = 0; i < 20 && !(await focused()).startsWith("mean"); i++) await browser.press("Tab", 9);
        assert.match(await focused(), /^mean/);
        await browser.press("Enter", 13, "\r");
        let values = await column(browser, "mean");
        assert.deepEqual(values, inOrder(values, 1));
        assert.equal(await sortState(browser, "mean"), "ascending");
        await browser.press(" ", 32, " ");
        values = await column(browser, "mean");
        assert.deepEqual(values, inOrder(values, -1));
        assert.equal(await sortState(browser, "mean"), "descending");
    },

    "fetches-nothing": async (browser, url) => {
        const asked = [];
        browser.listen((method, params) => {
            if (method === "Network.requestWillBeSent") asked.push(params.request.url);
        });
        await browser.go(url);
        await clickHeading(browser, "mean");
        assert.deepEqual(asked, [url]);
        const performance = await browser.evaluate(`performance.getEntriesByType("resource").map((entry) => entry.name)`);
        assert.deepEqual(performance, []);
        // Had somebody's text got a way to fetch into the page after all, the policy would stop it.
        const refused = await browser.evaluate(`new Promise((resolve) => {
            document.addEventListener("securitypolicyviolation", (event) => resolve(event.effectiveDirective));
            const image = new Image();
            image.src = "http://127.0.0.1:9/x.png";
            document.body.append(image);
        })`);
        assert.equal(refused, "img-src");
    },

    "reads-without-scripts": async (browser, url) => {
        await browser.send("Emulation.setScriptExecutionDisabled", { value: true });
        await browser.go(url);
        assert.equal(await browser.evaluate(`document.querySelectorAll("button").length`), 0, "a script ran");
        assertPlots(await sizesOfPlots(browser));
        const ranks = await column(browser, "rank");
        const groups = await column(browser, "group");
        const means = await column(browser, "mean");
        for (let i = 1; i < ranks.length; i++) {
            if (groups[i] !== groups[i - 1] || ranks[i] === null) continue;
            assert.equal(ranks[i], ranks[i - 1] + 1);
            assert.ok(means[i] >= means[i - 1], `rank ${ranks[i]} is faster than the one before`);
        }
        assert.ok(ranks.length > 0 && groups.join() === [...groups].sort((a, b) => a - b).join());
        const hidden = await browser.evaluate(`Array.from(document.querySelectorAll("section")).filter((one) => one.getBoundingClientRect().height < 20).map((one) => one.id)`);
        assert.deepEqual(hidden, []);
    },

    "plots-have-sizes-and-ids-of-their-own": async (browser, url) => {
        await browser.go(url);
        assertPlots(await sizesOfPlots(browser));
        const { ids, dangling } = await browser.evaluate(`(() => {
            const ids = Array.from(document.querySelectorAll("[id]"), (element) => element.id);
            const used = document.body.innerHTML.matchAll(/url\\((?:&quot;|')?#([^)'&]*)/g);
            return { ids, dangling: Array.from(used, (match) => match[1]).filter((id) => !ids.includes(id)) };
        })()`);
        assert.deepEqual(ids.filter((id, i) => ids.indexOf(id) !== i), []);
        assert.deepEqual(dangling, []);
    },

    "fits-a-phone": async (browser, url) => {
        await browser.send("Emulation.setDeviceMetricsOverride", { width: 400, height: 800, deviceScaleFactor: 2, mobile: true });
        await browser.go(url);
        const width = await browser.evaluate(`document.documentElement.scrollWidth`);
        assert.ok(width <= 400, `the page is ${width} pixels wide on a screen of 400`);
    },
};

const [name, file] = process.argv.slice(2);
if (!(name in checks) || !file) {
    console.error(`usage: report_in_browser.mjs CHECK FILE.html, CHECK one of: ${Object.keys(checks).join(" ")}`);
    process.exit(2);
}
try {
    await withPage((browser) => checks[name](browser, pathToFileURL(file).href));
} catch (error) {
    console.error(`${name}: ${error.message}`);
    process.exit(1);
}
