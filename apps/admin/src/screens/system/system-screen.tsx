import { Link, useSearch } from '@tanstack/react-router';
import { Tabs } from '../../components/tabs.tsx';
import { useMe } from '../../components/use-me.ts';
import { useTexts, useTextsOf } from '../../texts/language.tsx';
import { systemTexts } from '../../texts/system.ts';
import layout from '../../components/layout.module.css';
import parts from '../../components/parts.module.css';
import { AboutTab } from './about-tab.tsx';
import { DoctorTab } from './doctor-tab.tsx';
import { JobsTab } from './jobs-tab.tsx';
import { KeysTab } from './keys-tab.tsx';

const tabs = ['jobs', 'doctor', 'keys', 'about'] as const;

/** How the shop runs: jobs and queues, the doctor, keys, and what it was started with. */
export function SystemScreen() {
  const texts = useTextsOf(systemTexts);
  const { attention } = useTexts();
  const { may, isKnown } = useMe();
  const { tab = 'jobs' } = useSearch({ from: '/signed-in/system' });
  return (
    <>
      <div className={layout['head']}>
        <h1>{texts.title}</h1>
        <span className={parts['quiet']}>{texts.lead}</span>
      </div>
      <Tabs label={texts.title}>
        {tabs
          .filter((one) => one !== 'keys' || may('keys'))
          .map((one) => (
            <Link key={one} to="/system" search={one === 'jobs' ? {} : { tab: one }} activeOptions={{ exact: true }}>
              {texts.tabs[one]}
            </Link>
          ))}
      </Tabs>
      {tab === 'jobs' && <JobsTab />}
      {tab === 'doctor' && <DoctorTab />}
      {tab === 'keys' && may('keys') && <KeysTab />}
      {tab === 'keys' && isKnown && !may('keys') && <p className={parts['quiet']}>{attention.hidden('keys')}</p>}
      {tab === 'about' && <AboutTab />}
    </>
  );
}
