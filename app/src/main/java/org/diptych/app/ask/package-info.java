/// Ask: captions, answers and conversations word by word with what each word looked at; whether picture and sentence match; what stands in a gap.
package org.diptych.app.ask;
