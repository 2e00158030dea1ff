import { CommandLine, Failure, Panel } from '../../components/parts.tsx';
import { useFormat } from '../../format.ts';
import { useTexts, useTextsOf } from '../../texts/language.tsx';
import { systemTexts } from '../../texts/system.ts';
import parts from '../../components/parts.module.css';
import { useStatus } from './use-status.ts';

/** The versions, and what the process was started with. */
export function AboutTab() {
  const texts = useTextsOf(systemTexts);
  const { loading } = useTexts();
  const { time, count } = useFormat();
  const { data, error, refetch } = useStatus();
  if (!data) return error ? <Failure error={error} retry={() => void refetch()} /> : <p>{loading}</p>;
  const { versions, settings } = data;
  const list = (names: readonly string[]) => (names.length === 0 ? '–' : names.join(', '));
  return (
    <>
      <Panel title={texts.versions}>
        <Facts
          facts={[
            ['commerce-core', versions.commerce],
            ['PostgreSQL', versions.postgres],
            ['Node.js', versions.node],
            [texts.databaseTime, time(data.time)],
          ]}
        />
      </Panel>
      <Panel title={texts.settings}>
        <p className={parts['quiet']}>{texts.settingsAdvice}</p>
        <Facts
          facts={[
            [texts.providers, list(settings.providers)],
            [texts.trackingProviders, list(settings.trackingProviders)],
            [texts.eventSinks, list(settings.eventSinks)],
            [texts.deliversWebhooks, settings.deliversWebhooks ? texts.yes : texts.no],
            [texts.reservation, texts.seconds(count(settings.reservationSeconds))],
            [texts.pollAfter, texts.seconds(count(settings.pollAfterSeconds))],
            [texts.returnDays, count(settings.returnDays)],
            [texts.requiresShippingOption, settings.requiresShippingOption ? texts.yes : texts.no],
          ]}
        />
      </Panel>
      <Panel title={texts.keep}>
        <Facts
          facts={settings.keepDays.map(({ rule, days }) => [
            Object.hasOwn(texts.rules, rule) ? texts.rules[rule as keyof typeof texts.rules] : rule,
            texts.days(count(days)),
          ])}
        />
      </Panel>
      <CommandLine words={['status', '--json']} />
    </>
  );
}

function Facts({ facts }: { facts: readonly (readonly [head: string, value: string])[] }) {
  return (
    <dl className={parts['facts']}>
      {facts.map(([head, value]) => (
        <div key={head}>
          <dt>{head}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
