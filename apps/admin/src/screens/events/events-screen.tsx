import { Link, useSearch } from '@tanstack/react-router';
import { Tabs } from '../../components/tabs.tsx';
import { useMe } from '../../components/use-me.ts';
import { useTexts, useTextsOf } from '../../texts/language.tsx';
import { eventsTexts } from '../../texts/events.ts';
import layout from '../../components/layout.module.css';
import parts from '../../components/parts.module.css';
import { EndpointsTab } from './endpoints-tab.tsx';
import { EndpointView } from './endpoint-view.tsx';
import type { EventsSearch } from './events-search.ts';
import { FeedTab } from './feed-tab.tsx';
import { MessagesTab } from './messages-tab.tsx';
import { SinksTab } from './sinks-tab.tsx';

const scopeOf = { feed: 'events', endpoints: 'webhooks', messages: 'gateway-events', sinks: 'webhooks' } as const;
const tabs = ['feed', 'endpoints', 'messages', 'sinks'] as const;

/** The log of events, who gets it, and what payment gateways have sent. */
export function EventsScreen() {
  const texts = useTextsOf(eventsTexts);
  const { attention } = useTexts();
  const { may, isKnown } = useMe();
  const search = useSearch({ from: '/signed-in/events' });
  const { tab = 'feed' } = search;
  return (
    <>
      <div className={layout['head']}>
        <h1>{texts.title}</h1>
        <span className={parts['quiet']}>{texts.lead}</span>
      </div>
      <Tabs label={texts.title}>
        {tabs
          .filter((one) => may(scopeOf[one]))
          .map((one) => (
            <Link
              key={one}
              to="/events"
              search={one === 'feed' ? {} : { tab: one }}
              {...(one === tab && { 'aria-current': 'true' })}
              activeOptions={{ exact: true }}
            >
              {texts.tabs[one]}
            </Link>
          ))}
      </Tabs>
      {isKnown && !may(scopeOf[tab]) && <p className={parts['quiet']}>{attention.hidden(scopeOf[tab])}</p>}
      {may(scopeOf[tab]) && <TabOf search={search} />}
    </>
  );
}

function TabOf({ search }: { search: EventsSearch }) {
  const { tab, endpoint } = search;
  if (tab === 'endpoints')
    return endpoint === undefined ? (
      <EndpointsTab />
    ) : (
      <EndpointView key={endpoint} endpointId={endpoint} search={search} />
    );
  if (tab === 'messages') return <MessagesTab search={search} />;
  if (tab === 'sinks') return <SinksTab />;
  return <FeedTab search={search} />;
}
