# Relative drift by layer and module.
# 'gnuplot drift_map.gp', here, draws drift_map.svg and drift_map.pdf from drift_map.csv; datapackage.json describes its columns.
if (!exists('format')) {
    do for [format in 'svg pdf'] { load 'drift_map.gp' }
    exit
}
reset
set encoding utf8
if (format eq 'svg') {
    set terminal svg size 321,320 font 'Helvetica,9.3' linewidth 1.33 background rgb 'white'
    small = ',8'
    large = ',10'
} else {
    set terminal pdfcairo size 3.34722in,3.33333in font 'Helvetica,7' fontscale 0.75 linewidth 1.5
    small = ',6'
    large = ',7.5'
}
set output 'drift_map.'.format
set datafile separator comma
set datafile columnheaders
cell(name) = strcol(name) eq '' ? NaN : column(name)
of(line, x) = column('line') == line ? x : NaN
set multiplot

set lmargin at screen 0.134863
set rmargin at screen 0.828053
set tmargin at screen 0.933333
set bmargin at screen 0.683333
unset border
unset key
unset logscale
set tics nomirror scale 0
set xrange [0.5:11.5]
set yrange [5.5:0.5]
set xtics ('attention.q' 1, 'attention.k' 2, 'attention.v' 3, 'attention.o' 4, 'attention.norm' 5, 'mlp.gate' 6, 'mlp.up' 7, 'mlp.down' 8, 'norm' 9, 'embedding' 10, 'unembedding' 11) rotate by 45 right offset 0,0.3 noenhanced
set ytics ('0' 1, '1' 2, '2' 3, '3' 4, 'none' 5) offset 0.5,0 noenhanced
set palette defined (0 '#FDE725', 1 '#B5DE2B', 2 '#6ECE58', 3 '#35B779', 4 '#1F9E89', 5 '#26828E', 6 '#31688E', 7 '#3E4A89', 8 '#482878', 9 '#440154')
set cbrange [0:7.20667]
set colorbox user origin screen 0.8488, screen 0.683333 size screen 0.0248963, screen 0.25 noborder
set cbtics ('0' 0, '2' 2, '4' 4, '6' 6) noenhanced
set cbtics offset -0.6,0 scale 0
unset label
unset arrow
set label '' at graph 0.5, screen 0.488857 center noenhanced
set label 'layer' at screen 0.0290456, graph 0.5 center rotate by 90 noenhanced
set label 'relative drift' at screen 0.928159, graph 0.5 center rotate by 90 noenhanced
set label 'stage1-step0-tokens0B to stage1-step2500-tokens1B' at graph 0, graph 1.1 left noenhanced font large
set label '4.38' at first 1, first 1 center noenhanced front font small textcolor rgb '#FFFFFF'
set label '4.12' at first 2, first 1 center noenhanced front font small textcolor rgb '#FFFFFF'
set label '3.92' at first 3, first 1 center noenhanced front font small textcolor rgb '#FFFFFF'
set label '3.95' at first 4, first 1 center noenhanced front font small textcolor rgb '#FFFFFF'
set label '.27' at first 5, first 1 center noenhanced front font small textcolor rgb '#000000'
set label '5.02' at first 6, first 1 center noenhanced front font small textcolor rgb '#FFFFFF'
set label '4.60' at first 7, first 1 center noenhanced front font small textcolor rgb '#FFFFFF'
set label '4.47' at first 8, first 1 center noenhanced front font small textcolor rgb '#FFFFFF'
set label '.43' at first 9, first 1 center noenhanced front font small textcolor rgb '#000000'
set label '4.22' at first 1, first 2 center noenhanced front font small textcolor rgb '#FFFFFF'
set label '4.19' at first 2, first 2 center noenhanced front font small textcolor rgb '#FFFFFF'
set label '4.15' at first 3, first 2 center noenhanced front font small textcolor rgb '#FFFFFF'
set label '4.27' at first 4, first 2 center noenhanced front font small textcolor rgb '#FFFFFF'
set label '.26' at first 5, first 2 center noenhanced front font small textcolor rgb '#000000'
set label '5.42' at first 6, first 2 center noenhanced front font small textcolor rgb '#FFFFFF'
set label '4.86' at first 7, first 2 center noenhanced front font small textcolor rgb '#FFFFFF'
set label '4.68' at first 8, first 2 center noenhanced front font small textcolor rgb '#FFFFFF'
set label '.54' at first 9, first 2 center noenhanced front font small textcolor rgb '#000000'
set label '4.08' at first 1, first 3 center noenhanced front font small textcolor rgb '#FFFFFF'
set label '4.19' at first 2, first 3 center noenhanced front font small textcolor rgb '#FFFFFF'
set label '4.17' at first 3, first 3 center noenhanced front font small textcolor rgb '#FFFFFF'
set label '4.22' at first 4, first 3 center noenhanced front font small textcolor rgb '#FFFFFF'
set label '.25' at first 5, first 3 center noenhanced front font small textcolor rgb '#000000'
set label '5.48' at first 6, first 3 center noenhanced front font small textcolor rgb '#FFFFFF'
set label '4.96' at first 7, first 3 center noenhanced front font small textcolor rgb '#FFFFFF'
set label '4.81' at first 8, first 3 center noenhanced front font small textcolor rgb '#FFFFFF'
set label '.50' at first 9, first 3 center noenhanced front font small textcolor rgb '#000000'
set label '4.13' at first 1, first 4 center noenhanced front font small textcolor rgb '#FFFFFF'
set label '3.87' at first 2, first 4 center noenhanced front font small textcolor rgb '#FFFFFF'
set label '4.23' at first 3, first 4 center noenhanced front font small textcolor rgb '#FFFFFF'
set label '4.32' at first 4, first 4 center noenhanced front font small textcolor rgb '#FFFFFF'
set label '.24' at first 5, first 4 center noenhanced front font small textcolor rgb '#000000'
set label '5.23' at first 6, first 4 center noenhanced front font small textcolor rgb '#FFFFFF'
set label '4.98' at first 7, first 4 center noenhanced front font small textcolor rgb '#FFFFFF'
set label '4.87' at first 8, first 4 center noenhanced front font small textcolor rgb '#FFFFFF'
set label '.42' at first 9, first 4 center noenhanced front font small textcolor rgb '#000000'
set label '6.94' at first 10, first 5 center noenhanced front font small textcolor rgb '#FFFFFF'
set label '1.11' at first 9, first 5 center noenhanced front font small textcolor rgb '#000000'
set label '6.75' at first 11, first 5 center noenhanced front font small textcolor rgb '#FFFFFF'
plot \
    'drift_map.csv' using (of(1, column('column_place'))):(column('row_place')):(column('column_place')-0.5):(column('column_place')+0.5):(column('row_place')-0.5):(column('row_place')+0.5):(cell('relative_drift')) with boxxyerror fillstyle solid 1 noborder fillcolor palette

set lmargin at screen 0.134863
set rmargin at screen 0.828053
set tmargin at screen 0.43469
set bmargin at screen 0.18469
unset border
unset key
unset logscale
set tics nomirror scale 0
set xrange [0.5:11.5]
set yrange [5.5:0.5]
set xtics ('attention.q' 1, 'attention.k' 2, 'attention.v' 3, 'attention.o' 4, 'attention.norm' 5, 'mlp.gate' 6, 'mlp.up' 7, 'mlp.down' 8, 'norm' 9, 'embedding' 10, 'unembedding' 11) rotate by 45 right offset 0,0.3 noenhanced
set ytics ('0' 1, '1' 2, '2' 3, '3' 4, 'none' 5) offset 0.5,0 noenhanced
set palette defined (0 '#FDE725', 1 '#B5DE2B', 2 '#6ECE58', 3 '#35B779', 4 '#1F9E89', 5 '#26828E', 6 '#31688E', 7 '#3E4A89', 8 '#482878', 9 '#440154')
set cbrange [0:0.178803]
set colorbox user origin screen 0.8488, screen 0.18469 size screen 0.0248963, screen 0.25 noborder
set cbtics ('0' 0, '0.05' 0.05, '0.10' 0.1, '0.15' 0.15) noenhanced
set cbtics offset -0.6,0 scale 0
unset label
unset arrow
set label '' at graph 0.5, screen -0.00978612 center noenhanced
set label 'layer' at screen 0.0290456, graph 0.5 center rotate by 90 noenhanced
set label 'relative drift' at screen 0.970954, graph 0.5 center rotate by 90 noenhanced
set label 'stage1-step2500-tokens1B to main' at graph 0, graph 1.1 left noenhanced font large
set label '.106' at first 1, first 1 center noenhanced front font small textcolor rgb '#FFFFFF'
set label '.101' at first 2, first 1 center noenhanced front font small textcolor rgb '#FFFFFF'
set label '.101' at first 3, first 1 center noenhanced front font small textcolor rgb '#FFFFFF'
set label '.110' at first 4, first 1 center noenhanced front font small textcolor rgb '#FFFFFF'
set label '.010' at first 5, first 1 center noenhanced front font small textcolor rgb '#000000'
set label '.104' at first 6, first 1 center noenhanced front font small textcolor rgb '#FFFFFF'
set label '.113' at first 7, first 1 center noenhanced front font small textcolor rgb '#FFFFFF'
set label '.119' at first 8, first 1 center noenhanced front font small textcolor rgb '#FFFFFF'
set label '.026' at first 9, first 1 center noenhanced front font small textcolor rgb '#000000'
set label '.152' at first 1, first 2 center noenhanced front font small textcolor rgb '#FFFFFF'
set label '.162' at first 2, first 2 center noenhanced front font small textcolor rgb '#FFFFFF'
set label '.148' at first 3, first 2 center noenhanced front font small textcolor rgb '#FFFFFF'
set label '.145' at first 4, first 2 center noenhanced front font small textcolor rgb '#FFFFFF'
set label '.018' at first 5, first 2 center noenhanced front font small textcolor rgb '#000000'
set label '.112' at first 6, first 2 center noenhanced front font small textcolor rgb '#FFFFFF'
set label '.122' at first 7, first 2 center noenhanced front font small textcolor rgb '#FFFFFF'
set label '.135' at first 8, first 2 center noenhanced front font small textcolor rgb '#FFFFFF'
set label '.029' at first 9, first 2 center noenhanced front font small textcolor rgb '#000000'
set label '.172' at first 1, first 3 center noenhanced front font small textcolor rgb '#FFFFFF'
set label '.146' at first 2, first 3 center noenhanced front font small textcolor rgb '#FFFFFF'
set label '.137' at first 3, first 3 center noenhanced front font small textcolor rgb '#FFFFFF'
set label '.154' at first 4, first 3 center noenhanced front font small textcolor rgb '#FFFFFF'
set label '.017' at first 5, first 3 center noenhanced front font small textcolor rgb '#000000'
set label '.116' at first 6, first 3 center noenhanced front font small textcolor rgb '#FFFFFF'
set label '.125' at first 7, first 3 center noenhanced front font small textcolor rgb '#FFFFFF'
set label '.139' at first 8, first 3 center noenhanced front font small textcolor rgb '#FFFFFF'
set label '.021' at first 9, first 3 center noenhanced front font small textcolor rgb '#000000'
set label '.168' at first 1, first 4 center noenhanced front font small textcolor rgb '#FFFFFF'
set label '.149' at first 2, first 4 center noenhanced front font small textcolor rgb '#FFFFFF'
set label '.125' at first 3, first 4 center noenhanced front font small textcolor rgb '#FFFFFF'
set label '.145' at first 4, first 4 center noenhanced front font small textcolor rgb '#FFFFFF'
set label '.016' at first 5, first 4 center noenhanced front font small textcolor rgb '#000000'
set label '.123' at first 6, first 4 center noenhanced front font small textcolor rgb '#FFFFFF'
set label '.127' at first 7, first 4 center noenhanced front font small textcolor rgb '#FFFFFF'
set label '.140' at first 8, first 4 center noenhanced front font small textcolor rgb '#FFFFFF'
set label '.022' at first 9, first 4 center noenhanced front font small textcolor rgb '#000000'
set label '.084' at first 10, first 5 center noenhanced front font small textcolor rgb '#FFFFFF'
set label '.019' at first 9, first 5 center noenhanced front font small textcolor rgb '#000000'
set label '.157' at first 11, first 5 center noenhanced front font small textcolor rgb '#FFFFFF'
plot \
    'drift_map.csv' using (of(2, column('column_place'))):(column('row_place')):(column('column_place')-0.5):(column('column_place')+0.5):(column('row_place')-0.5):(column('row_place')+0.5):(cell('relative_drift')) with boxxyerror fillstyle solid 1 noborder fillcolor palette
unset multiplot
set output
