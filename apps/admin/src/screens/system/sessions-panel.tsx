import { useState } from 'react';
import { client } from '../../api.ts';
import { Button, CommandLine, Failure, Panel, Table } from '../../components/parts.tsx';
import { usePages } from '../../components/use-pages.ts';
import { useFormat } from '../../format.ts';
import { useTexts, useTextsOf } from '../../texts/language.tsx';
import { systemTexts } from '../../texts/system.ts';
import parts from '../../components/parts.module.css';
import { EndSessionDialog } from './end-session-dialog.tsx';
import type { Session } from './key.ts';

/** The operators who are signed in at the page, each with a way to end the session. */
export function SessionsPanel() {
  const texts = useTextsOf(systemTexts);
  const { loading, nav } = useTexts();
  const { time } = useFormat();
  const [ended, setEnded] = useState<Session>();
  const input = { limit: 100 };
  const list = usePages([['session', 'list'], { type: 'pages', input }], async (cursor) =>
    client.session.list.query({ ...input, ...cursor }),
  );
  const timeOf = (iso: string) => <time dateTime={iso}>{time(iso)}</time>;
  return (
    <>
      <Panel title={texts.sessions.title}>
        <p className={parts['quiet']}>{texts.sessions.advice}</p>
        {list.error && <Failure error={list.error} retry={list.readAgain} />}
        {!list.isLoaded && !list.error && <p>{loading}</p>}
        {list.isLoaded && (
          <Table
            label={texts.sessions.title}
            rows={list.items}
            keyOf={({ sessionId }) => sessionId}
            columns={[
              {
                head: texts.client,
                cell: ({ name, isOwn }) => (
                  <>
                    {name} {isOwn && <span className={parts['chip']}>{texts.sessions.own}</span>}
                  </>
                ),
              },
              { head: texts.sessions.since, cell: ({ createdAt }) => timeOf(createdAt) },
              { head: texts.lastUsed, cell: ({ lastUsedAt }) => timeOf(lastUsedAt) },
              { head: texts.sessions.until, cell: ({ expiresAt }) => timeOf(expiresAt) },
              {
                head: texts.sessions.action,
                cell: (session) => (
                  <Button
                    onClick={() => setEnded(session)}
                    aria-label={texts.sessions.endOf(session.name, time(session.createdAt))}
                  >
                    {nav.signOut}
                  </Button>
                ),
              },
            ]}
          />
        )}
        {list.showMore && (
          <div>
            <Button onClick={list.showMore}>{texts.more}</Button>
          </div>
        )}
      </Panel>
      <CommandLine words={['sessions', 'list']} />
      {ended && <EndSessionDialog session={ended} onClose={() => setEnded(undefined)} />}
    </>
  );
}
