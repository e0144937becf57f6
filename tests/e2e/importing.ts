// Files into the app: dropped on its window or chosen in the system's dialog, and the import dialog answered.
import type { ElectronApplication, Page } from '@playwright/test';
import { expect } from './launch.ts';

/** Drops files from disk on the window: real File objects in a real drop event. */
export async function drop(page: Page, files: readonly string[]): Promise<void> {
  await page.evaluate(() => {
    const input = document.createElement('input');
    Object.assign(input, { type: 'file', multiple: true, id: 'files-to-drop' });
    document.body.append(input);
  });
  await page.setInputFiles('#files-to-drop', [...files]);
  await page.evaluate(() => {
    const input = document.querySelector('#files-to-drop') as HTMLInputElement;
    const dataTransfer = new DataTransfer();
    for (const file of input.files ?? []) dataTransfer.items.add(file);
    input.remove();
    for (const type of ['dragenter', 'dragover', 'drop']) {
      window.dispatchEvent(new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true }));
    }
  });
}

/** Drops files and imports them as they were recognised. */
export async function importDropped(page: Page, files: readonly string[]): Promise<void> {
  await drop(page, files);
  await expect(page.getByTestId('import-commit')).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('import-dialog')).toHaveCount(0);
}

/** The next open dialogs answer with these paths. */
export async function answerOpenDialog(electron: ElectronApplication, filePaths: string[]): Promise<void> {
  await electron.evaluate(({ dialog }, chosen) => {
    dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: chosen });
  }, filePaths);
}
