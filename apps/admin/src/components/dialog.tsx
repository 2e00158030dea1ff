import { commerceErrorOf } from '@commerce-core/client';
import {
  useEffect,
  useId,
  useLayoutEffect,
  useRef,
  useState,
  type FormEvent,
  type ReactNode,
  type SyntheticEvent,
} from 'react';
import { isRefusal, newIdempotencyKey } from '../api.ts';
import { useTexts } from '../texts/language.tsx';
import { Button } from './parts.tsx';
import parts from './parts.module.css';
import styles from './dialog.module.css';

/**
 * A dialog in front of the page. It is there while its parent shows it. The browser's own modal dialog keeps the focus
 * inside, closes with Escape, and gives the focus back.
 */
export function Dialog({ title, onClose, children }: { title: string; onClose: () => void; children: ReactNode }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  // Closed before it leaves the page, which gives the focus back to what had it.
  useLayoutEffect(() => {
    const element = dialog.current;
    if (element && !element.open) element.showModal();
    return () => element?.close();
  }, []);
  const cancel = (event: SyntheticEvent) => {
    // The parent closes the dialog, by showing it no longer.
    event.preventDefault();
    onClose();
  };
  return (
    <dialog ref={dialog} className={styles['popup']} aria-labelledby={titleId} onCancel={cancel}>
      <h2 id={titleId} className={styles['title']}>
        {title}
      </h2>
      {children}
    </dialog>
  );
}

/** What a dialog knows of its mutation. */
export type Sending = { isPending: boolean; isSuccess: boolean; error: unknown };

/**
 * The key of a dialog's mutation, made when the dialog opens: whatever is sent twice from it runs once. A refusal ends
 * the call, so that what is corrected afterwards has a new key.
 */
export function useDialogKey() {
  const [idempotencyKey, setKey] = useState(newIdempotencyKey);
  return {
    trpc: { context: { idempotencyKey } },
    onError: (error: unknown) => {
      if (isRefusal(error)) setKey(newIdempotencyKey());
    },
  };
}

/**
 * The version of an order when a dialog opened, and whether the order has changed since. What the dialog itself sends
 * doesn't count.
 */
export function useOpenedVersion(current: number, { isPending, isSuccess, error }: Sending) {
  const [version] = useState(current);
  const wasRefused = commerceErrorOf(error)?.code === 'order_changed';
  return { version, isChanged: wasRefused || (current !== version && !isPending && !isSuccess) };
}

type ActionDialogProps = {
  title: string;
  submit: string;
  look?: 'primary' | 'danger';
  canSubmit?: boolean;
  isChanged?: boolean;
  /** What is said when it has changed; an order is meant by default. */
  changedText?: string;
  sending: Sending;
  onSubmit: () => void;
  onClose: () => void;
  children: ReactNode;
};

/** A dialog with a form that sends one mutation. When its order has changed, it says so and sends nothing. */
export function ActionDialog(props: ActionDialogProps) {
  const { title, submit, look = 'primary', canSubmit = true, isChanged = false, sending, onSubmit, onClose } = props;
  const { actions, dialogs } = useTexts();
  const refusal = isChanged ? undefined : commerceErrorOf(sending.error);
  const isReady = canSubmit && !isChanged && !sending.isPending && !sending.isSuccess;
  // The state of a mutation is known a moment after it was sent, and a second click may come before that.
  const isSent = useRef(false);
  useEffect(() => {
    if (sending.error !== null) isSent.current = false;
  }, [sending.error]);
  const send = (event: FormEvent) => {
    event.preventDefault();
    if (!isReady || isSent.current) return;
    isSent.current = true;
    onSubmit();
  };
  return (
    <Dialog title={title} onClose={onClose}>
      <form className={parts['stack']} onSubmit={send}>
        {props.children}
        <div role="alert">
          {isChanged && <p className={parts['notice']}>{props.changedText ?? dialogs.changed}</p>}
          {!isChanged && sending.error !== null && (
            <p className={`${parts['notice']} ${parts['error']}`}>
              {dialogs.refused} {sending.error instanceof Error ? sending.error.message : ''}
              {refusal ? ` — ${refusal.hint}` : ''}
            </p>
          )}
        </div>
        <div className={styles['buttons']}>
          <Button onClick={onClose}>{actions.close}</Button>
          <Button type="submit" look={look} disabled={!isReady}>
            {sending.isPending ? actions.working : submit}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
