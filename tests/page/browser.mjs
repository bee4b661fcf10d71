// One headless Chromium for all checks, with a profile of its own and nothing that talks to the outside.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const PLACES = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync'];

/** Starts the browser; `page(options)` opens a page in a fresh context. */
export async function open(scratch) {
  const executablePath = PLACES.find(place => place && existsSync(place));
  if (!executablePath) throw new Error('no Chromium: run tests/install, or name one in CHROMIUM');
  const browser = await chromium.launch({ executablePath, args: FLAGS, env: { ...process.env, HOME: join(scratch, 'home') } });
  return {
    close: () => browser.close(),
    async page({ width = 1280, height = 900, dark = false, script = true, policy = false } = {}) {
      const context = await browser.newContext({
        viewport: { width, height }, colorScheme: dark ? 'dark' : 'light', javaScriptEnabled: script, bypassCSP: !policy,
      });
      return context.newPage();
    },
  };
}
