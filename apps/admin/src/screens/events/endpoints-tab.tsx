import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { trpc } from '../../api.ts';
import { Button, CommandLine, Failure, Panel, Status, Table } from '../../components/parts.tsx';
import { useFormat } from '../../format.ts';
import { useTexts, useTextsOf } from '../../texts/language.tsx';
import { eventsTexts } from '../../texts/events.ts';
import { EndpointDialog } from './endpoint-dialog.tsx';

const pollMs = 5_000;
const listMax = 100;

/** The merchants' endpoints, and how far each has got. */
export function EndpointsTab() {
  const texts = useTextsOf(eventsTexts);
  const { loading } = useTexts();
  const { time } = useFormat();
  const [isCreating, setCreating] = useState(false);
  const input = { limit: listMax };
  const list = useQuery(trpc.webhookEndpoint.list.queryOptions(input, { refetchInterval: pollMs }));
  return (
    <>
      <Panel
        title={texts.endpoints}
        aside={
          <Button look="primary" onClick={() => setCreating(true)}>
            {texts.create}
          </Button>
        }
      >
        {list.error && <Failure error={list.error} retry={() => void list.refetch()} />}
        {list.isLoading && <p>{loading}</p>}
        {list.data && (
          <Table
            label={texts.endpoints}
            rows={list.data.items}
            keyOf={({ id }) => id}
            columns={[
              {
                head: texts.url,
                cell: ({ id, url, description }) => (
                  <>
                    <Link to="/events" search={{ tab: 'endpoints', endpoint: id }}>
                      {url}
                    </Link>
                    {description !== null && <div>{description}</div>}
                  </>
                ),
              },
              { head: texts.status, cell: ({ status }) => <Status of={status} /> },
              { head: texts.position, cell: ({ position }) => <code>{position}</code>, isNumber: true },
              { head: texts.retrying, cell: ({ retrying }) => retrying, isNumber: true },
              { head: texts.parked, cell: ({ parked }) => parked, isNumber: true },
              {
                head: texts.failingSince,
                cell: ({ failingSince }) =>
                  failingSince === null ? '' : <time dateTime={failingSince}>{time(failingSince)}</time>,
              },
            ]}
          />
        )}
        {typeof list.data?.nextCursor === 'string' && <p>{texts.more}</p>}
      </Panel>
      <CommandLine words={['webhooks', 'list']} />
      {isCreating && <EndpointDialog onClose={() => setCreating(false)} />}
    </>
  );
}
