import { useMutation } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { Dialog } from '../../components/dialog.tsx';
import { Button, CommandLine, Failure, Table } from '../../components/parts.tsx';
import { useFormat, shortId } from '../../format.ts';
import { useTexts, useTextsOf } from '../../texts/language.tsx';
import { eventsTexts } from '../../texts/events.ts';
import parts from '../../components/parts.module.css';
import type { Event } from './event-types.ts';
import styles from './events.module.css';
import { useFeed, type FeedFilter } from './use-feed.ts';

/** The events of a filter, the latest first, and the live ones that wait behind a button. */
export function Feed({ filter, words }: { filter: FeedFilter; words: readonly string[] }) {
  const texts = useTextsOf(eventsTexts);
  const { loading } = useTexts();
  const { time } = useFormat();
  const feed = useFeed(filter);
  const [opened, setOpened] = useState<Event>();
  const older = useMutation({ mutationFn: async () => feed.showOlder?.() });
  return (
    <>
      <div className={`${parts['row']} ${styles['bar']}`} aria-live="polite">
        {feed.freshCount > 0 ? (
          <Button look="primary" onClick={feed.showFresh}>
            {texts.fresh(feed.freshCount)}
          </Button>
        ) : (
          <span className={parts['quiet']}>{texts.live}</span>
        )}
      </div>
      {feed.error !== null && <Failure error={feed.error} retry={feed.retry} />}
      {!feed.isLoaded && feed.error === null && <p>{loading}</p>}
      {feed.isLoaded && (
        <Table
          label={texts.feed}
          rows={feed.events}
          keyOf={({ id }) => id}
          columns={[
            { head: texts.time, cell: (event) => <time dateTime={event.time}>{time(event.time)}</time> },
            {
              head: texts.type,
              cell: (event) => (
                <Button look="link" onClick={() => setOpened(event)} title={texts.open}>
                  <code>{event.type}</code>
                </Button>
              ),
            },
            { head: texts.of, cell: (event) => <Subject event={event} /> },
            { head: texts.version, cell: ({ version }) => version, isNumber: true },
            { head: texts.actor, cell: ({ actor }) => <ActorName actor={actor} /> },
            { head: texts.position, cell: ({ position }) => <code>{position}</code>, isNumber: true },
          ]}
        />
      )}
      {feed.showOlder && (
        <div>
          <Button onClick={() => older.mutate()} disabled={older.isPending}>
            {texts.older}
          </Button>
          {older.error && <Failure error={older.error} />}
        </div>
      )}
      <CommandLine words={['events', 'list', '--latest', ...words]} />
      {opened && <EventDialog event={opened} onClose={() => setOpened(undefined)} />}
    </>
  );
}

function Subject({ event: { aggregateType, aggregateId } }: { event: Event }) {
  const texts = useTextsOf(eventsTexts);
  const name = `${texts.kinds[aggregateType]} …${shortId(aggregateId)}`;
  if (aggregateType === 'order')
    return (
      <Link to="/orders/$orderId" params={{ orderId: aggregateId }}>
        {name}
      </Link>
    );
  if (aggregateType === 'endpoint')
    return (
      <Link to="/events" search={{ tab: 'endpoints', endpoint: aggregateId }}>
        {name}
      </Link>
    );
  return name;
}

function ActorName({ actor }: Pick<Event, 'actor'>) {
  const { actors } = useTexts();
  return actor === null ? '' : (actor.name ?? actors[actor.kind]);
}

/** One event: what it is of, who made the change, and its payload. */
function EventDialog({ event, onClose }: { event: Event; onClose: () => void }) {
  const texts = useTextsOf(eventsTexts);
  const { actions } = useTexts();
  const { time } = useFormat();
  const { aggregateType, aggregateId, type, position, version } = event;
  return (
    <Dialog title={type} onClose={onClose}>
      <dl className={parts['facts']}>
        <div>
          <dt>{texts.time}</dt>
          <dd>
            <time dateTime={event.time}>{time(event.time)}</time>
          </dd>
        </div>
        <div>
          <dt>{texts.actor}</dt>
          <dd>
            <ActorName actor={event.actor} />
          </dd>
        </div>
        <div>
          <dt>{texts.position}</dt>
          <dd>{position}</dd>
        </div>
        <div>
          <dt>{texts.of}</dt>
          <dd>
            {texts.kinds[aggregateType]} <code>{aggregateId}</code>, {texts.versionOf(version)}
          </dd>
        </div>
        <div>
          <dt>{texts.eventId}</dt>
          <dd>
            <code>{event.id}</code>
          </dd>
        </div>
      </dl>
      <h3>{texts.payload}</h3>
      <pre className={styles['json']} tabIndex={0} aria-label={texts.payload}>
        {JSON.stringify(event.data, null, 2)}
      </pre>
      <div className={parts['row']}>
        <Link to="/events" search={{ of: aggregateType, id: aggregateId }} onClick={onClose}>
          {texts.allOf}
        </Link>
        <Button onClick={onClose}>{actions.close}</Button>
      </div>
    </Dialog>
  );
}
