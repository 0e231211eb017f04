/* Copy buttons: <button data-copies="id"> copies the value of the input with that id, and says so beside it.
   Without this script the buttons stay hidden, and the text can be selected and copied by hand. */
'use strict';

(() => {
    const copy = async (input) => {
        input.select();
        try {
            await navigator.clipboard.writeText(input.value);
            return 'Copied.';
        } catch {
            // No clipboard without a secure connection; the text is selected for the keyboard.
            return 'It is selected: copy it with the keyboard.';
        }
    };

    const start = () => {
        for (const button of document.querySelectorAll('button[data-copies]')) {
            const id = button.dataset.copies;
            const input = document.getElementById(id);
            const status = document.querySelector(`[data-copied="${id}"]`);
            button.hidden = false;
            button.addEventListener('click', async () => {
                status.textContent = await copy(input);
            });
        }
    };

    if (document.readyState === 'loading') {
        document.addEventListener('DOMContentLoaded', start);
    } else {
        start();
    }
})();
