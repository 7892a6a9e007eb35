// A headless Chromium, driven over a pipe (--remote-debugging-pipe: JSON that ends with a zero byte, on descriptors 3 and 4).
//
// A pipe instead of the usual WebSocket, as Node.js 18 has none and a library for it would be the only one that these tests need.
// Nothing is left behind: the browser and what it started are killed as a group, and its profile is removed.
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";

// It ends what hangs, on a machine that is busy with other things; nothing is measured by it.
const deadlineMilliseconds = 60_000;

export class Browser {
    #process;
    #profile;
    #next = 1;
    #waiting = new Map();
    #listeners = [];
    #session;

    constructor(program = process.env.VOLLEY_CHROMIUM ?? "chromium") {
        this.#profile = mkdtempSync(join(tmpdir(), "volley-browser-"));
        const options = ["--headless", "--remote-debugging-pipe", `--user-data-dir=${this.#profile}`, "--no-first-run",
            "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-gpu",
            "--disable-dev-shm-usage", "--force-color-profile=srgb"];
        // The sandbox of Chromium does not start as root.
        if (process.getuid() === 0) options.push("--no-sandbox");
        this.#process = spawn(program, options, {
            detached: true,
            stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"],
            // Its settings, caches and temporary files, too, go with the profile.
            env: { ...process.env, HOME: this.#profile, XDG_CONFIG_HOME: this.#profile, XDG_CACHE_HOME: this.#profile, TMPDIR: this.#profile },
        });
        this.#process.on("error", (error) => this.#end(error));
        this.#process.on("exit", (code, signal) => this.#end(new Error(`the browser ended: ${signal ?? `status ${code}`}`)));
        this.#process.stdio[3].on("error", (error) => this.#end(error));
        let received = "";
        this.#process.stdio[4].setEncoding("utf8");
        this.#process.stdio[4].on("data", (data) => {
            const messages = (received + data).split("\0");
            received = messages.pop();
            for (const message of messages) this.#take(JSON.parse(message));
        });
    }

    #take(message) {
        if (message.id === undefined) {
            for (const listener of this.#listeners) listener(message.method, message.params);
            return;
        }
        const { resolve, reject, method } = this.#waiting.get(message.id);
        this.#waiting.delete(message.id);
        if (message.error) reject(new Error(`${method}: ${message.error.message}`));
        else resolve(message.result);
    }

    #end(error) {
        for (const { reject } of this.#waiting.values()) reject(error);
        this.#waiting.clear();
    }

    // One command; its result.
    send(method, params = {}) {
        const id = this.#next++;
        const message = { id, method, params, ...(this.#session && { sessionId: this.#session }) };
        return new Promise((resolve, reject) => {
            this.#waiting.set(id, { resolve, reject, method });
            this.#process.stdio[3].write(JSON.stringify(message) + "\0");
        });
    }

    // Called with method and parameters of every event.
    listen(listener) {
        this.#listeners.push(listener);
    }

    // An empty page, to which everything else is said.
    async openPage() {
        const { targetId } = await this.send("Target.createTarget", { url: "about:blank" });
        const { sessionId } = await this.send("Target.attachToTarget", { targetId, flatten: true });
        this.#session = sessionId;
        for (const domain of ["Page", "Runtime", "Log", "Network"]) await this.send(`${domain}.enable`);
    }

    // Ends when the page has loaded. The empty page before it tells of its own loading, too, hence the loader's id.
    async go(url) {
        const loaded = new Set();
        let check = () => {};
        this.listen((method, params) => {
            if (method === "Page.lifecycleEvent" && params.name === "load") loaded.add(params.loaderId);
            check();
        });
        await this.send("Page.setLifecycleEventsEnabled", { enabled: true });
        const { loaderId, errorText } = await this.send("Page.navigate", { url });
        if (errorText) throw new Error(`${url}: ${errorText}`);
        await new Promise((resolve) => {
            check = () => loaded.has(loaderId) && resolve();
            check();
        });
    }

    // The value of an expression in the page.
    async evaluate(expression) {
        const { result, exceptionDetails } = await this.send("Runtime.evaluate", { expression, returnByValue: true, awaitPromise: true });
        if (exceptionDetails) throw new Error(`${expression}: ${exceptionDetails.exception?.description ?? exceptionDetails.text}`);
        return result.value;
    }

    async press(key, code, text) {
        const event = { key, code: key === " " ? "Space" : key, windowsVirtualKeyCode: code, nativeVirtualKeyCode: code };
        await this.send("Input.dispatchKeyEvent", { ...event, type: "keyDown", ...(text && { text }) });
        await this.send("Input.dispatchKeyEvent", { ...event, type: "keyUp" });
    }

    async click(x, y) {
        const event = { x, y, button: "left", clickCount: 1 };
        await this.send("Input.dispatchMouseEvent", { ...event, type: "mousePressed" });
        await this.send("Input.dispatchMouseEvent", { ...event, type: "mouseReleased" });
    }

    async close() {
        const { pid } = this.#process;
        if (pid !== undefined) kill(-pid);
        // Some of its processes have groups of their own; all of them name the profile, which nobody else's do.
        for (let attempt = 0; attempt < 100; attempt++) {
            const left = processesThatName(this.#profile);
            if (left.length === 0) break;
            left.forEach(kill);
            await setTimeout(50);
        }
        rmSync(this.#profile, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
    }
}

function kill(pid) {
    try {
        process.kill(pid, "SIGKILL");
    } catch (error) {
        if (error.code !== "ESRCH") throw error;
    }
}

function processesThatName(text) {
    const pids = readdirSync("/proc").filter((name) => /^[0-9]+$/.test(name)).map(Number);
    return pids.filter((pid) => {
        if (pid === process.pid) return false;
        try {
            return ["cmdline", "environ"].some((file) => readFileSync(`/proc/${pid}/${file}`, "latin1").includes(text));
        } catch {
            return false; // it has ended, or is somebody else's
        }
    });
}

// Runs `body` with a page in a browser of its own, which is gone afterwards, whatever happened; throws where it takes too long.
export async function withPage(body) {
    const browser = new Browser();
    const done = new AbortController();
    const late = async () => {
        await setTimeout(deadlineMilliseconds, undefined, { signal: done.signal });
        throw new Error(`not done after ${deadlineMilliseconds / 1000} s`);
    };
    const stop = () => browser.close().finally(() => process.exit(1));
    process.once("SIGTERM", stop);
    process.once("SIGINT", stop);
    try {
        return await Promise.race([browser.openPage().then(() => body(browser)), late()]);
    } finally {
        done.abort();
        await browser.close();
    }
}
