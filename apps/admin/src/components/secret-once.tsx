import { useState } from 'react';
import { useTexts } from '../texts/language.tsx';
import { Button, Field } from './parts.tsx';
import parts from './parts.module.css';

/** A secret that is shown once, with a button that copies it. */
export function SecretOnce({ label, secret, warning }: { label: string; secret: string; warning: string }) {
  const { actions } = useTexts();
  const [copied, setCopied] = useState(false);
  const copy = () => void navigator.clipboard.writeText(secret).then(() => setCopied(true));
  return (
    <>
      <p className={parts['notice']}>{warning}</p>
      <Field label={label}>
        <input
          className={parts['input']}
          readOnly
          autoComplete="off"
          value={secret}
          onFocus={(event) => event.target.select()}
        />
      </Field>
      <div>
        <Button look="primary" onClick={copy}>
          {copied ? actions.copied : actions.copy}
        </Button>
      </div>
    </>
  );
}
