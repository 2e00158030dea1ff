import { useMutation } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { ActionDialog, useDialogKey } from './dialog.tsx';
import { CommandLine } from './parts.tsx';

/** What a call of a mutation gets besides its input: the dialog's key. */
export type WithKey = { context: { idempotencyKey: string } };

type ConfirmDialogProps = {
  title: string;
  submit: string;
  look?: 'primary' | 'danger';
  canSubmit?: boolean;
  isChanged?: boolean;
  /** Sends the mutation. */
  run: (withKey: WithKey) => Promise<unknown>;
  /** Called when it has succeeded, before the dialog closes. */
  onDone: () => void;
  onClose: () => void;
  /** The command that does the same. */
  words: readonly string[];
  children: ReactNode;
};

/** A dialog that sends one mutation: `isChanged` says that what it is about has changed since it opened. */
export function ConfirmDialog({ run, onDone, words, children, isChanged = false, ...props }: ConfirmDialogProps) {
  const { trpc: withKey, onError } = useDialogKey();
  const sending = useMutation({
    mutationFn: async () => run(withKey),
    onError,
    onSuccess() {
      onDone();
      props.onClose();
    },
  });
  return (
    <ActionDialog
      {...props}
      isChanged={isChanged && !sending.isPending && !sending.isSuccess}
      sending={sending}
      onSubmit={() => sending.mutate()}
    >
      {children}
      <CommandLine words={words} />
    </ActionDialog>
  );
}

/** Whether something has another `updatedAt` than when the dialog opened. */
export function useIsChanged(updatedAt: string): boolean {
  const [opened] = useState(updatedAt);
  return opened !== updatedAt;
}
