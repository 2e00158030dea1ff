import { useNavigate, useSearch } from '@tanstack/react-router';
import { useEffect, useRef, useState, type FormEvent } from 'react';
import { queryClient, signIn } from '../api.ts';
import { Button, CommandLine, Field } from '../components/parts.tsx';
import { useTexts } from '../texts/language.tsx';
import parts from '../components/parts.module.css';
import styles from './sign-in.module.css';

/** Sign-in by an API key, or by the link whose token is behind the `#` of the address. */
export function SignInScreen() {
  const { signIn: texts } = useTexts();
  const navigate = useNavigate();
  const { ended, to } = useSearch({ from: '/sign-in' });
  const [key, setKey] = useState('');
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState(ended ? texts.ended : '');
  const usedLink = useRef('');

  const enter = async (given: { key: string } | { link: string }) => {
    setBusy(true);
    const outcome = await signIn(given);
    setBusy(false);
    if (outcome.outcome === 'limited') return setProblem(texts.limited(outcome.waitS));
    if (outcome.outcome !== 'done') return setProblem(texts[outcome.outcome]);
    queryClient.clear();
    return navigate({ to: to ?? '/', replace: true });
  };

  useEffect(() => {
    const link = location.hash.slice(1);
    if (link === '' || usedLink.current === link) return;
    usedLink.current = link;
    // The token leaves the address, so that it is in no history.
    history.replaceState(null, '', location.pathname);
    void enter({ link });
  });

  const submit = (event: FormEvent) => {
    event.preventDefault();
    void enter({ key: key.trim() });
  };
  return (
    <main className={styles['screen']}>
      <form className={`${parts['panel']} ${styles['card']}`} onSubmit={submit}>
        <h1>{texts.title}</h1>
        <p className={parts['quiet']}>{texts.keyHelp}</p>
        <Field label={texts.key}>
          <input
            className={parts['input']}
            type="password"
            name="key"
            autoComplete="current-password"
            required
            value={key}
            onChange={(event) => setKey(event.target.value)}
          />
        </Field>
        <div role="alert">{problem !== '' && <p className={`${parts['notice']} ${parts['error']}`}>{problem}</p>}</div>
        <Button type="submit" look="primary" disabled={isBusy}>
          {isBusy ? texts.busy : texts.submit}
        </Button>
        <CommandLine words={['sign-in']} />
      </form>
    </main>
  );
}
