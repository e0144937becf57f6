// Exports in the study host: a study into a new folder, with progress and cancellation.
import { basename, join } from 'node:path';
import { CancelledError, UsageError } from '../../core/domain/errors.ts';
import { exportIntoFolder, freeExportFolder } from '../../node/files/exportFolder.ts';
import { cancellationSource } from '../../node/workers/cancellation.ts';
import { throttleProgress } from '../../node/workers/throttle.ts';
import type { HostHandlers } from '../hostMessages.ts';
import type { HandlerContext } from './context.ts';

export function exportHandlers({
  services: { store, parse, stamp },
  emit,
}: HandlerContext): Pick<HostHandlers, 'host:export-study' | 'host:cancel-export'> {
  const running = new Map<string, () => void>();
  return {
    'host:export-study': async ({ token, parent, ...request }) => {
      if (running.has(token)) throw new UsageError('This export was started already.');
      const { cancellation, cancel } = cancellationSource();
      running.set(token, cancel);
      const onProgress = throttleProgress(({ fraction, message }) =>
        emit('export:progress', { token, fraction: Math.min(1, Math.max(0, fraction)), message }),
      );
      try {
        const folder = join(parent, freeExportFolder(store, request, parent));
        const deps = { parse, version: stamp.version, cancellation, onProgress };
        const { files, report, notes } = await exportIntoFolder(store, request, folder, deps);
        return { folder, result: { folderName: basename(folder), fileCount: files.length, report, notes } };
      } catch (error) {
        if (error instanceof CancelledError) return null;
        throw error;
      } finally {
        running.delete(token);
      }
    },
    'host:cancel-export': ({ token }) => {
      running.get(token)?.();
      return null;
    },
  };
}
