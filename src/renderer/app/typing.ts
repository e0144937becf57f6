// Whether a field has the focus that has keys, or an undo, of its own.
import { readonly, ref, type Ref } from 'vue';

const NO_TEXT = ['range', 'checkbox', 'radio', 'button', 'submit', 'file'];

/** Fields that text is typed into: they undo it themselves. */
export const editsText = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable ||
    target.tagName === 'TEXTAREA' ||
    (target instanceof HTMLInputElement && !NO_TEXT.includes(target.type)));

/** Fields that have letters for themselves: those, and lists that jump to a letter. */
export const takesLetters = (target: EventTarget | null): boolean =>
  editsText(target) || (target instanceof HTMLElement && target.tagName === 'SELECT');

const typing = ref(false);

/** Follows the focus. @returns a function that stops */
export function followTyping(): () => void {
  const look = (): void => void (typing.value = editsText(document.activeElement));
  // At focusout the next element has no focus yet.
  const later = (): void => void setTimeout(look);
  window.addEventListener('focusin', look);
  window.addEventListener('focusout', later);
  return () => {
    window.removeEventListener('focusin', look);
    window.removeEventListener('focusout', later);
  };
}

/** Whether text is being typed. */
export const useTyping = (): Readonly<Ref<boolean>> => readonly(typing);
