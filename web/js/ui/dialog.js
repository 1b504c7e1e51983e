import { t } from '../i18n.js';
import { h, html, useLayoutEffect, useRef } from '../lib.js';
import { closeDialog } from '../overlay.js';
import { Button } from './button.js';
import { Toasts } from './toast.js';

/**
 * It begins at what has `autofocus` in it, else with itself, so that it is read out; never with the button that closes it.
 * Messages stand in it as long as it is open: what is outside can neither be clicked nor is it read out.
 * @param {{title: string, children: import('../lib.js').Children, footer?: import('../lib.js').Children, wide?: boolean,
 *   kind?: string, onKeyDown?: (event: KeyboardEvent) => void, onClose?: () => void, alert?: boolean}} props
 */
export function Dialog(props) {
  const box = useRef(/** @type {HTMLDialogElement | null} */ (null));
  // Before the next key.
  useLayoutEffect(() => {
    const element = box.current;
    const back = document.activeElement;
    element?.showModal();
    /** @type {HTMLElement | null | undefined} */ (element?.querySelector('[autofocus]') ?? element)?.focus();
    return () => {
      element?.close();
      if (back instanceof HTMLElement && back.isConnected) back.focus({ preventScroll: true });
    };
  }, []);
  const close = props.onClose ?? closeDialog;
  const onCancel = (/** @type {Event} */ event) => {
    // A file field says it too, when no file is chosen after all.
    if (event.target !== box.current) return;
    event.preventDefault();
    close();
  };
  return html`<dialog
    ref=${box}
    class=${`dialog ${props.wide ? 'wide' : ''} ${props.kind ?? ''}`}
    role=${props.alert ? 'alertdialog' : undefined}
    aria-labelledby="dialog-title"
    tabindex="-1"
    onCancel=${onCancel}
    onKeyDown=${props.onKeyDown}
    onPointerDown=${(/** @type {Event} */ event) => event.target === box.current && close()}
  >
    <div class="dialog-frame">
      <header class="dialog-head">
        <h2 id="dialog-title" dir="auto">${props.title}</h2>
        ${h(Button, { label: t('action.close'), icon: 'x', kind: 'quiet', only: true, onClick: close })}
      </header>
      <div class="dialog-body">${props.children}</div>
      ${props.footer && html`<footer class="dialog-foot">${props.footer}</footer>`}
    </div>
    ${h(Toasts, {})}
  </dialog>`;
}
