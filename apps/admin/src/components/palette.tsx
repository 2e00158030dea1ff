import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useDeferredValue, useState, type FormEvent } from 'react';
import { trpc } from '../api.ts';
import { useTexts } from '../texts/language.tsx';
import { Dialog } from './dialog.tsx';
import { Field } from './parts.tsx';
import parts from './parts.module.css';

/** Finds an order by the beginning of its id or by its reference, and goes there. */
export function Palette({ onClose }: { onClose: () => void }) {
  const { palette } = useTexts();
  const navigate = useNavigate();
  const [text, setText] = useState('');
  const asked = useDeferredValue(text.trim());
  const found = useQuery(
    trpc.system.lookUp.queryOptions({ kind: 'order', text: asked }, { enabled: asked.length >= 4 }),
  );
  const matches = asked.length >= 4 ? (found.data?.matches ?? []) : [];
  const go = (event: FormEvent) => {
    event.preventDefault();
    const [first] = matches;
    if (!first) return;
    onClose();
    void navigate({ to: '/orders/$orderId', params: { orderId: first.id } });
  };
  return (
    <Dialog title={palette.title} onClose={onClose}>
      <form onSubmit={go} className={parts['stack']}>
        <Field label={palette.label}>
          <input className={parts['input']} value={text} onChange={(event) => setText(event.target.value)} />
        </Field>
        <p className={parts['quiet']}>{palette.help}</p>
        <ul className={parts['stack']} aria-live="polite">
          {matches.map(({ id, summary }) => (
            <li key={id}>
              <Link to="/orders/$orderId" params={{ orderId: id }} onClick={onClose}>
                <code>{id}</code> {summary}
              </Link>
            </li>
          ))}
        </ul>
        {found.isSuccess && matches.length === 0 && <p>{palette.none}</p>}
      </form>
    </Dialog>
  );
}
