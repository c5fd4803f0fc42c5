/// Leaf blocks: shapes known at construction, one typed `apply` each, parameter names like the commonest checkpoint's.
package org.diptych.engine.nn;
