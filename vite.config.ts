// The renderer's build: src/renderer → dist/renderer, for the Chromium of the oldest Electron that the app supports.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'vite';

const root = path.dirname(fileURLToPath(import.meta.url));
const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as { version: string };

export default defineConfig({
  root: path.join(root, 'src/renderer'),
  base: './',
  plugins: [vue()],
  define: { __APP_VERSION__: JSON.stringify(version) },
  build: {
    outDir: path.join(root, 'dist/renderer'),
    emptyOutDir: true,
    target: 'chrome130',
    // The content security policy allows files of the app only: nothing inline, no data: addresses.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    sourcemap: true,
    // The large library is a chunk of its own, loaded by the feature that draws with it.
    chunkSizeWarningLimit: 4000,
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            // First what the start needs: Vite's loader of lazy chunks would else land in the large one.
            { name: 'vue', test: /vite[\\/]preload-helper|node_modules[\\/](@vue|vue|pinia)[\\/]/, priority: 1 },
            { name: 'niivue', test: /node_modules[\\/]@niivue[\\/]/ },
          ],
        },
      },
    },
  },
});
