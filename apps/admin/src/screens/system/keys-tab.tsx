import { useState } from 'react';
import { client } from '../../api.ts';
import { Button, CommandLine, Failure, Panel, Table } from '../../components/parts.tsx';
import { useMe } from '../../components/use-me.ts';
import { usePages } from '../../components/use-pages.ts';
import { useFormat } from '../../format.ts';
import { useTexts, useTextsOf } from '../../texts/language.tsx';
import { systemTexts } from '../../texts/system.ts';
import parts from '../../components/parts.module.css';
import { CreateKeyDialog } from './create-key-dialog.tsx';
import type { Key } from './key.ts';
import { RevokeKeyDialog } from './revoke-key-dialog.tsx';
import { SessionsPanel } from './sessions-panel.tsx';

/** Operators' API keys and sessions. A session of the page has the rights of its key, and ends with it. */
export function KeysTab() {
  const texts = useTextsOf(systemTexts);
  const { loading } = useTexts();
  const { keyId } = useMe();
  const [isCreating, setCreating] = useState(false);
  const [revoked, setRevoked] = useState<Key>();
  const input = { limit: 100 };
  const list = usePages([['apiKey', 'list'], { type: 'pages', input }], async (cursor) =>
    client.apiKey.list.query({ ...input, ...cursor }),
  );
  const keys = list.items;
  // Unknown while there are further pages.
  const isLastMaker = ({ id }: Key) =>
    list.showMore === undefined &&
    keys.every((key) => key.id === id || key.revokedAt !== null || !key.scopes.includes('keys'));
  return (
    <>
      <Panel
        title={texts.keys}
        aside={
          <Button look="primary" onClick={() => setCreating(true)}>
            {texts.createKey}
          </Button>
        }
      >
        <p className={parts['quiet']}>{texts.keysAdvice}</p>
        {list.error && <Failure error={list.error} retry={list.readAgain} />}
        {!list.isLoaded && !list.error && <p>{loading}</p>}
        {list.isLoaded && <KeyTable keys={keys} ownId={keyId} onRevoke={setRevoked} />}
        {list.showMore && (
          <div>
            <Button onClick={list.showMore}>{texts.more}</Button>
          </div>
        )}
      </Panel>
      <CommandLine words={['keys', 'list']} />
      <SessionsPanel />
      {isCreating && <CreateKeyDialog onClose={() => setCreating(false)} />}
      {revoked && (
        <RevokeKeyDialog
          apiKey={revoked}
          isOwn={revoked.id === keyId}
          isLastMaker={isLastMaker(revoked)}
          onClose={() => setRevoked(undefined)}
        />
      )}
    </>
  );
}

type KeyTableProps = { keys: readonly Key[]; ownId: string | undefined; onRevoke: (key: Key) => void };

function KeyTable({ keys, ownId, onRevoke }: KeyTableProps) {
  const texts = useTextsOf(systemTexts);
  const { time } = useFormat();
  return (
    <Table
      label={texts.keys}
      rows={keys}
      keyOf={({ id }) => id}
      columns={[
        {
          head: texts.client,
          cell: ({ id, name }) => (
            <>
              {name} {id === ownId && <span className={parts['chip']}>{texts.yours}</span>}
            </>
          ),
        },
        { head: texts.scopes, cell: ({ scopes }) => scopes.join(', ') },
        { head: texts.createdAt, cell: ({ createdAt }) => <time dateTime={createdAt}>{time(createdAt)}</time> },
        {
          head: texts.lastUsed,
          cell: ({ lastUsedAt }) =>
            lastUsedAt === null ? texts.never : <time dateTime={lastUsedAt}>{time(lastUsedAt)}</time>,
        },
        {
          head: texts.state,
          cell: (key) =>
            key.revokedAt === null ? (
              <Button onClick={() => onRevoke(key)} aria-label={texts.revokeOf(key.name)}>
                {texts.revoke}
              </Button>
            ) : (
              <time dateTime={key.revokedAt}>{texts.revokedAt(time(key.revokedAt))}</time>
            ),
        },
      ]}
    />
  );
}
