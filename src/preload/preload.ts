// The preload: puts the contract's functions on `window.lineshape`, and nothing else.
import { contextBridge, ipcRenderer, webUtils } from 'electron';
import { createApi } from './bridge.ts';

contextBridge.exposeInMainWorld(
  'lineshape',
  createApi({
    invoke: (channel, request) => ipcRenderer.invoke(channel, request),
    listen: (event, listener) => {
      const relay = (_event: unknown, payload: unknown): void => listener(payload);
      ipcRenderer.on(event, relay);
      return () => {
        ipcRenderer.removeListener(event, relay);
      };
    },
    pathOf: (file) => webUtils.getPathForFile(file as File),
  }),
);
