import { Link, Outlet, useNavigate } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { signOut } from '../api.ts';
import { languages, useLanguage, type Language } from '../texts/language.tsx';
import { desks } from './desks.ts';
import { Palette } from './palette.tsx';
import { Button } from './parts.tsx';
import { useMe } from './use-me.ts';
import styles from './layout.module.css';

/** The frame of all screens of an operator who is signed in. */
export function Layout() {
  const { language, texts, choose } = useLanguage();
  const { name } = useMe();
  const navigate = useNavigate();
  const [isSearching, setSearching] = useState(false);
  useEffect(() => {
    const open = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== 'k' || !(event.metaKey || event.ctrlKey)) return;
      event.preventDefault();
      setSearching(true);
    };
    addEventListener('keydown', open);
    return () => removeEventListener('keydown', open);
  }, []);
  const leave = () => void signOut().then(() => navigate({ to: '/sign-in' }));
  const other: Language = language === 'en' ? 'ko' : 'en';
  return (
    <div className={styles['frame']}>
      <a className={styles['skip']} href="#content">
        {texts.nav.skip}
      </a>
      <header className={styles['side']}>
        <span className={styles['brand']}>{texts.shop}</span>
        <nav aria-label={texts.nav.label}>
          <ul className={styles['links']}>
            <li>
              <Link to="/" className={styles['link']} activeOptions={{ exact: true }}>
                {texts.nav.attention}
              </Link>
            </li>
            {desks.map((desk) => (
              <li key={desk}>
                <Link to={`/${desk}`} className={styles['link']}>
                  {texts.nav[desk]}
                </Link>
              </li>
            ))}
          </ul>
        </nav>
        <Button onClick={() => setSearching(true)}>{texts.nav.goTo} ⌘K</Button>
        <div className={styles['foot']}>
          <span>{name}</span>
          <Button look="plain" lang={other} onClick={() => choose(other)}>
            {languages[other].language}
          </Button>
          <Button look="plain" onClick={leave}>
            {texts.nav.signOut}
          </Button>
        </div>
      </header>
      <main id="content" className={styles['main']} tabIndex={-1}>
        <Outlet />
      </main>
      {isSearching && <Palette onClose={() => setSearching(false)} />}
    </div>
  );
}
