/* Moments in the reader's own zone. The page is written in UTC; the exact moment stays on the element's title. */
'use strict';

(() => {
    const full = new Intl.DateTimeFormat(undefined, {dateStyle: 'medium', timeStyle: 'short'});

    const start = () => {
        for (const moment of document.querySelectorAll('time[data-local]')) {
            const date = new Date(moment.dateTime);
            if (!Number.isNaN(date.getTime())) {
                moment.textContent = full.format(date);
            }
        }
    };

    if (document.readyState === 'loading') {
        document.addEventListener('DOMContentLoaded', start);
    } else {
        start();
    }
})();
